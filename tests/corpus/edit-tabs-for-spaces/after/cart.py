class Cart:
    def add(self, line):
        if line.count:
            self.lines.append(line)
            self.changed = True
