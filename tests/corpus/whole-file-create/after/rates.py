RATES = {"food": 0.05}
