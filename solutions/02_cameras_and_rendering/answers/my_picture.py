# Planted answers to `my_picture`.


# %% wrong, loses 1.0: the library's picture, with none of the student's functions
def my_picture(vertices, faces, eye, target):
    rasterizer = backend("reference")
    camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=FOCAL, size=SIZE)
    depth = rasterizer.rasterize(vertices, faces, camera, SIZE).depth
    soft = rasterizer.silhouette(vertices, faces, camera, SIZE, sigma=SIGMA)
    return camera.project(vertices), depth, soft


# %% wrong, loses 1.0: leaves one of the six functions out
def my_picture(vertices, faces, eye, target):
    rasterizer = backend("reference")
    with exercises.use(
        look_at=look_at,
        world_to_pixels=world_to_pixels,
        ray_weights=ray_weights,
        z_buffer=z_buffer,
        coverage=coverage,
    ):
        camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=FOCAL, size=SIZE)
        depth = rasterizer.rasterize(vertices, faces, camera, SIZE).depth
        soft = rasterizer.silhouette(vertices, faces, camera, SIZE, sigma=SIGMA)
        return camera.project(vertices), depth, soft


# %% wrong, loses 1.0: draws after the functions are put back
def my_picture(vertices, faces, eye, target):
    rasterizer = backend("reference")
    with exercises.use(
        look_at=look_at,
        world_to_pixels=world_to_pixels,
        ray_weights=ray_weights,
        z_buffer=z_buffer,
        coverage=coverage,
        union=union,
    ):
        pass
    camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=FOCAL, size=SIZE)
    depth = rasterizer.rasterize(vertices, faces, camera, SIZE).depth
    soft = rasterizer.silhouette(vertices, faces, camera, SIZE, sigma=SIGMA)
    return camera.project(vertices), depth, soft


# %% wrong, loses 1.0: swaps eye and target
def my_picture(vertices, faces, eye, target):
    rasterizer = backend("reference")
    with exercises.use(
        look_at=look_at,
        world_to_pixels=world_to_pixels,
        ray_weights=ray_weights,
        z_buffer=z_buffer,
        coverage=coverage,
        union=union,
    ):
        camera = PerspectiveCamera.looking(eye=target, target=eye, focal_length=FOCAL, size=SIZE)
        depth = rasterizer.rasterize(vertices, faces, camera, SIZE).depth
        soft = rasterizer.silhouette(vertices, faces, camera, SIZE, sigma=SIGMA)
        return camera.project(vertices), depth, soft


# %% wrong, loses 1.0: the hard mask for the silhouette
def my_picture(vertices, faces, eye, target):
    rasterizer = backend("reference")
    with exercises.use(
        look_at=look_at,
        world_to_pixels=world_to_pixels,
        ray_weights=ray_weights,
        z_buffer=z_buffer,
        coverage=coverage,
        union=union,
    ):
        camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=FOCAL, size=SIZE)
        depth = rasterizer.rasterize(vertices, faces, camera, SIZE).depth
        soft = rasterizer.rasterize(vertices, faces, camera, SIZE).mask.to(depth)
        return camera.project(vertices), depth, soft


# %% wrong, loses 1.0: height and width swapped
def my_picture(vertices, faces, eye, target):
    rasterizer = backend("reference")
    with exercises.use(
        look_at=look_at,
        world_to_pixels=world_to_pixels,
        ray_weights=ray_weights,
        z_buffer=z_buffer,
        coverage=coverage,
        union=union,
    ):
        camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=FOCAL, size=SIZE[::-1])
        depth = rasterizer.rasterize(vertices, faces, camera, SIZE[::-1]).depth
        soft = rasterizer.silhouette(vertices, faces, camera, SIZE[::-1], sigma=SIGMA)
        return camera.project(vertices), depth, soft


# %% wrong, loses 1.0: forgets the softness
def my_picture(vertices, faces, eye, target):
    rasterizer = backend("reference")
    with exercises.use(
        look_at=look_at,
        world_to_pixels=world_to_pixels,
        ray_weights=ray_weights,
        z_buffer=z_buffer,
        coverage=coverage,
        union=union,
    ):
        camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=FOCAL, size=SIZE)
        depth = rasterizer.rasterize(vertices, faces, camera, SIZE).depth
        soft = rasterizer.silhouette(vertices, faces, camera, SIZE)
        return camera.project(vertices), depth, soft


# %% alternative: the functions in a dictionary, made when the cell runs
MINE = {
    "look_at": look_at,
    "world_to_pixels": world_to_pixels,
    "ray_weights": ray_weights,
    "z_buffer": z_buffer,
    "coverage": coverage,
    "union": union,
}


def my_picture(vertices, faces, eye, target):
    with exercises.use(**MINE):
        camera = PerspectiveCamera.looking(eye=eye, target=target, focal_length=FOCAL, size=SIZE)
        seen = backend("reference").rasterize(vertices, faces, camera, SIZE)
        soft = backend("reference").silhouette(vertices, faces, camera, SIZE, sigma=SIGMA)
        return [camera.project(vertices), seen.depth, soft]


# %% alternative: by hand, image by image
def my_picture(vertices, faces, eye, target):
    height, width = SIZE
    rotation, translation = look_at(eye, target)
    local = vertices @ rotation.mT + translation[:, None]
    focal, centre = vertices.new_full((1, 2), FOCAL), vertices.new_tensor([[width / 2, height / 2]])
    points = world_to_pixels(vertices, rotation, translation, focal, centre)
    pixels, unit = reference.pixel_centres(SIZE, like=vertices), SIGMA**0.5 * height / 2
    depths, softs = [], []
    for place, z in zip(points, local[..., 2:], strict=True):
        corners = torch.cat([place * z, z], -1)[faces]
        depths.append(z_buffer(ray_weights(corners, pixels), z[faces][..., 0])[1])
        probability = coverage(place[faces] / unit, pixels / unit)
        softs.append(union(probability * (probability > 1e-4)))
    return points, torch.stack(depths), torch.stack(softs)
