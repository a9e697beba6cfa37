def grad_W(X, W):
    return X


async def grad_Y(X, W, Y):
    return Y
# verdicts: Y=wrong_type
