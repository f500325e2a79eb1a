// The worker of Python. Nothing runs in it yet.

export {};
