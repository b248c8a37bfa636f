let level04: [Property] = []
