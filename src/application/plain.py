def plain(value):
    """The value as text, where it is a plain one."""
    import os

    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    # Lazy objects of Django stand for the text that they give.
    return str(value) if type(value).__name__ in ("SimpleLazyObject", "__proxy__") else None


