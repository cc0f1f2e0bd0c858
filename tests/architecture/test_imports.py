"""How things are imported: absolute, at the top, by name, from the module that has them."""

from __future__ import annotations

import ast

from tests.architecture.imports import modules

# Hooks for which the framework itself demands a late import, each with its reason.
LATE_BY_DESIGN = {
    "get_model_class": "Django imports a session engine before the models are loaded",
    "refuse_wrong_keys": "the Celery app is imported before Django is set up; this runs after",
    "_load": "`make run` chooses settings and starts servers before Django may be imported",
}


def froms(tree: ast.AST) -> list[ast.ImportFrom]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]


def test_it_imports_absolutely():
    wrong = [module.at(node.lineno) for module in modules() for node in froms(module.tree) if node.level]

    assert wrong == []


def test_it_never_imports_everything():
    """Settings are layered with a star; nothing else is."""
    wrong = [
        module.at(node.lineno)
        for module in modules()
        if ".settings." not in module.name
        for node in froms(module.tree)
        if any(alias.name == "*" for alias in node.names)
    ]

    assert wrong == []


def test_it_imports_inside_a_function_only_when_the_apps_are_ready():
    wrong = [
        f"{module.at(node.lineno)} in {function.name}()"
        for module in modules()
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and function.name not in {"ready", *LATE_BY_DESIGN}
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]

    assert wrong == []
