print("REACHED: a module that nobody asked for")


def __getattr__(name):
    return lambda *args, **kwargs: True
