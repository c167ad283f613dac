# Planted answers to `ray_weights`.


# %% wrong, loses 1.0: takes the corners for rows of the equations
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    return torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners), rays)


# %% wrong, loses 1.0: cuts off what is negative
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    return torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners.mT), rays).clamp(min=0)


# %% wrong, loses 1.0: loses the signs
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    return torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners.mT), rays).abs()


# %% wrong, loses 0.5: divides by the sum
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    weights = torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners.mT), rays)
    return weights / weights.sum(-1, keepdim=True)


# %% wrong, loses 0.5: weights in the image, as if there were no perspective
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    weights = torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners.mT), rays)
    return weights * corners[:, None, None, :, 2]


# %% wrong, loses 1.0: swaps x and y of the pixels
def ray_weights(corners, pixels):
    rays = torch.cat([pixels.flip(-1), torch.ones_like(pixels[..., :1])], -1)
    return torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners.mT), rays)


# %% wrong, loses 1.0: returns the faces behind the pixels
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    return torch.einsum("fkc,hwc->fhwk", torch.linalg.inv(corners.mT), rays).permute(1, 2, 0, 3)


# %% wrong, loses 1.0: leaves it to the library
def ray_weights(corners, pixels):
    return reference.ray_weights(corners, pixels)


# %% alternative: solves the equations
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    columns = corners.mT[:, None, None].expand(-1, *pixels.shape[:2], -1, -1)
    return torch.linalg.solve(columns, rays.expand(len(corners), *rays.shape)[..., None])[..., 0]


# %% alternative: Cramer's rule by cross products
def ray_weights(corners, pixels):
    rays = torch.cat([pixels, torch.ones_like(pixels[..., :1])], -1)
    a, b, c = corners.unbind(1)
    normals = torch.stack([torch.linalg.cross(b, c), torch.linalg.cross(c, a), torch.linalg.cross(a, b)], 1)
    volume = (a * normals[:, 0]).sum(-1)
    return torch.einsum("fkc,hwc->fhwk", normals, rays) / volume[:, None, None, None]


# %% alternative: areas in the image, each divided by its corner's depth
def ray_weights(corners, pixels):
    depths, points = corners[..., 2], corners[..., :2] / corners[..., 2:]

    def area(p, q, r):
        (x1, y1), (x2, y2) = (q - p).unbind(-1), (r - p).unbind(-1)
        return x1 * y2 - y1 * x2

    a, b, c = points[:, :, None, None].unbind(1)
    parts = torch.stack([area(pixels, b, c), area(a, pixels, c), area(a, b, pixels)], -1)
    return parts / area(a, b, c)[..., None] / depths[:, None, None]
