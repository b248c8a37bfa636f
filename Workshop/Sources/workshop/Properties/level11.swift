let level11: [Property] = []
