"""The API's own description: the schema for programs, and a page for people that needs no script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from oncology_clinic.audit.contract import NotPhi

_METHODS = ("get", "post", "put", "patch", "delete")


class Schema(SpectacularAPIView):
    """GET: OpenAPI 3, request bodies included."""

    authentication_classes: list[Any] = []
    audit = NotPhi("the API's own description")


class Docs(View):
    """The same, readable: each call with what goes in and what comes out."""

    audit = NotPhi("the API's own description")

    def get(self, request: HttpRequest) -> HttpResponse:
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return render(request, "front/api_docs.html", {"title": schema["info"]["title"], "calls": calls(schema)})


def calls(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Every call, in the order of its path, ready to print."""
    components = schema.get("components", {}).get("schemas", {})
    found = []
    for path, methods in sorted(schema["paths"].items()):
        for method in _METHODS:
            if method in methods:
                found.append(_call(path, method, methods[method], components))
    return found


def _call(path: str, method: str, operation: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return {
        "method": method.upper(),
        "path": path,
        "anchor": operation["operationId"],
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": one["name"],
                "where": one["in"],
                "kind": _kind(one.get("schema", {}), components),
                "is_required": one.get("required", False),
                "help": one.get("description", ""),
            }
            for one in operation.get("parameters", [])
        ],
        "fields": _fields(body, components),
        "answers": [_answer(status, one, components) for status, one in sorted(operation["responses"].items())],
    }


def _answer(status: str, response: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    shape = response.get("content", {}).get("application/json", {}).get("schema")
    is_list = bool(shape) and shape.get("type") == "array"
    return {"status": status, "is_list": is_list, "fields": _fields(shape, components)}


def _fields(shape: dict[str, Any] | None, components: dict[str, Any]) -> list[dict[str, Any]]:
    resolved = _resolved(shape or {}, components)
    if resolved.get("type") == "array":
        resolved = _resolved(resolved.get("items", {}), components)
    required = resolved.get("required", [])
    return [
        {
            "name": name,
            "kind": _kind(one, components),
            "is_required": name in required,
            "help": one.get("description", ""),
        }
        for name, one in resolved.get("properties", {}).items()
    ]


def _resolved(shape: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in shape:
        found: dict[str, Any] = components.get(shape["$ref"].rpartition("/")[2], {})
        return found
    for wrapper in ("allOf", "oneOf", "anyOf"):
        if shape.get(wrapper):
            return _resolved(shape[wrapper][0], components)
    return shape


def _kind(shape: dict[str, Any], components: dict[str, Any]) -> str:
    resolved = _resolved(shape, components)
    if resolved.get("enum"):
        return " | ".join(str(one) for one in resolved["enum"] if one is not None)
    if resolved.get("type") == "array":
        return f"list of {_kind(resolved.get('items', {}), components)}"
    if resolved.get("properties"):
        return "{" + ", ".join(resolved["properties"]) + "}"
    return str(resolved.get("format") or resolved.get("type") or "any")
