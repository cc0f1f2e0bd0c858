"""Placed by the order in settings: language before anything prints, actor after the second factor is known."""


class LanguageMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)


class ActorMiddleware(LanguageMiddleware):
    pass
