class Cart:
    def add(self, line):
        self.lines.append(line)
        self.changed = True
