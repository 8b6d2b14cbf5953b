"""GraphQL over HTTP: the only room, beside `hub.app`, that knows ASGI and Starlette."""
