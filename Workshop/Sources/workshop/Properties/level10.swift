let level10: [Property] = []
