"""A gateway for model servers that asks inferroute where each request goes."""
