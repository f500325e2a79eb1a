import cart
RATE = 0.2
