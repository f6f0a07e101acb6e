"""The OpenAPI document: the contract over HTTP, made from the routes themselves."""

from typing import Any, Final

from fastapi import FastAPI

_TITLE: Final = "Tocsin"
_DESCRIPTION: Final = "What rang, and what people do about it. Make a token: `tocsin token add NAME`."


class DescribedApi(FastAPI):
    """An application that says of its routes how to be let in."""

    def __init__(self) -> None:
        """Begin without routes."""
        super().__init__(
            title=_TITLE,
            version="1",
            description=_DESCRIPTION,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,  # a redirect would lead to whatever host the request names
        )

    def openapi(self) -> dict[str, Any]:
        """The document, as served at `/openapi.json`."""
        document = super().openapi()
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
        return document
