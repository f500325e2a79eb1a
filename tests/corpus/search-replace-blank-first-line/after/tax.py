import cart
RATE = 0.25
