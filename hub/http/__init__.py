"""GraphQL over HTTP: the only package, with `hub.app`, that uses ASGI and Starlette."""
