let level06: [Property] = []
