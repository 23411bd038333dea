"""inferroute in LiteLLM: a callback for the proxy, a routing strategy for the SDK."""

from .callback import Callback
from .chooser import Chooser, Refused
from .strategy import Strategy

__all__ = ["Callback", "Chooser", "Refused", "Strategy"]
