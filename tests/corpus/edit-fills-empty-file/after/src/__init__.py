from .cart import Line, total

__all__ = ["Line", "total"]
