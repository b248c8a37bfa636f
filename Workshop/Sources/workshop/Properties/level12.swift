let level12: [Property] = []
