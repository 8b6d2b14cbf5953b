"""What every generated client shares: calls, tokens, retries, pages, access reasons. Written by hand.

    operation + purpose → exchange (headers, retries) → Answer: data, access reasons, errors

`exchange.py` holds the rules without any input or output; `hub.py` and `async_hub.py` run them.
"""
