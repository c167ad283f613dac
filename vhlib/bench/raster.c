/* The lower bound that `vh bench raster` holds the rasterizers against: the plainest compiled loop over faces and the
   pixels of their boxes, one thread, float. Perspective camera at the origin, OpenCV frame: x, y, z per vertex. */

#include <math.h>
#include <stdint.h>

static float least(float a, float b, float c) { return fminf(a, fminf(b, c)); }
static float most(float a, float b, float c) { return fmaxf(a, fmaxf(b, c)); }

/* Pixels whose centre lies between two coordinates. */
static int first_pixel(float low) { return (int)fmaxf(ceilf(low - 0.5f), 0); }
static int last_pixel(float high, int size) { return (int)fminf(floorf(high - 0.5f), size - 1); }

static void project(const float *vertex, const float *camera, float *pixel) {
    pixel[0] = camera[0] * vertex[0] / vertex[2] + camera[2];
    pixel[1] = camera[1] * vertex[1] / vertex[2] + camera[3];
}

/* camera: fx, fy, cx, cy. Fills face (-1: none), depth and barycentrics (perspective-correct). */
void hard(const float *vertices, const int64_t *faces, int n_faces, const float *camera, int height, int width,
          int64_t *face_of_pixel, float *depth, float *barycentrics) {
    for (int i = 0; i < height * width; i++) face_of_pixel[i] = -1, depth[i] = INFINITY;
    for (int f = 0; f < n_faces; f++) {
        const float *a = vertices + 3 * faces[3 * f], *b = vertices + 3 * faces[3 * f + 1],
                    *c = vertices + 3 * faces[3 * f + 2];
        float p[2], q[2], r[2];
        project(a, camera, p), project(b, camera, q), project(c, camera, r);
        int left = first_pixel(least(p[0], q[0], r[0])), right = last_pixel(most(p[0], q[0], r[0]), width);
        int top = first_pixel(least(p[1], q[1], r[1])), bottom = last_pixel(most(p[1], q[1], r[1]), height);
        float area = (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]);
        if (area == 0) continue;
        for (int i = top; i <= bottom; i++)
            for (int j = left; j <= right; j++) {
                float x = j + 0.5f, y = i + 0.5f;
                float u = ((q[0] - x) * (r[1] - y) - (q[1] - y) * (r[0] - x)) / area;
                float v = ((r[0] - x) * (p[1] - y) - (r[1] - y) * (p[0] - x)) / area;
                float w = 1 - u - v;
                if (u < 0 || v < 0 || w < 0) continue;
                float z = 1 / (u / a[2] + v / b[2] + w / c[2]);
                int pixel = i * width + j;
                if (z >= depth[pixel]) continue;
                depth[pixel] = z, face_of_pixel[pixel] = f;
                barycentrics[3 * pixel] = u * z / a[2];
                barycentrics[3 * pixel + 1] = v * z / b[2];
                barycentrics[3 * pixel + 2] = w * z / c[2];
            }
    }
}

typedef struct { float d2, along; int edge, inside; } Nearest;

/* The nearest point of a triangle's outline, in units of sqrt(sigma). */
static Nearest nearest(float corners[3][2], float x, float y) {
    Nearest best = {INFINITY, 0, 0, 0};
    int left = 0, right = 0;
    for (int e = 0; e < 3; e++) {
        const float *a = corners[e], *b = corners[(e + 1) % 3];
        float ex = b[0] - a[0], ey = b[1] - a[1], px = x - a[0], py = y - a[1];
        float along = fminf(fmaxf((px * ex + py * ey) / (ex * ex + ey * ey), 0), 1);
        float dx = px - along * ex, dy = py - along * ey, d2 = dx * dx + dy * dy;
        float cross = ex * py - ey * px;
        left += cross > 0, right += cross < 0;
        if (d2 < best.d2) best.d2 = d2, best.along = along, best.edge = e;
    }
    best.inside = left == 3 || right == 3;
    return best;
}

static int setup(const float *vertices, const int64_t *face, const float *camera, float unit, float reach, int height,
                 int width, float corners[3][2], int box[4]) {
    for (int k = 0; k < 3; k++) {
        if (vertices[3 * face[k] + 2] <= 0) return 0;
        project(vertices + 3 * face[k], camera, corners[k]);
    }
    float *p = corners[0], *q = corners[1], *r = corners[2], margin = reach * unit;
    box[0] = first_pixel(least(p[0], q[0], r[0]) - margin), box[1] = last_pixel(most(p[0], q[0], r[0]) + margin, width);
    box[2] = first_pixel(least(p[1], q[1], r[1]) - margin), box[3] = last_pixel(most(p[1], q[1], r[1]) + margin, height);
    for (int k = 0; k < 3; k++) corners[k][0] /= unit, corners[k][1] /= unit;
    return 1;
}

/* uncovered: product over the faces of 1 - sigmoid(+-d2). */
void soft(const float *vertices, const int64_t *faces, int n_faces, const float *camera, float unit, float reach,
          int height, int width, float *uncovered) {
    for (int i = 0; i < height * width; i++) uncovered[i] = 1;
    for (int f = 0; f < n_faces; f++) {
        float corners[3][2];
        int box[4];
        if (!setup(vertices, faces + 3 * f, camera, unit, reach, height, width, corners, box)) continue;
        for (int i = box[2]; i <= box[3]; i++)
            for (int j = box[0]; j <= box[1]; j++) {
                Nearest n = nearest(corners, (j + 0.5f) / unit, (i + 0.5f) / unit);
                if (n.inside || n.d2 < reach * reach) uncovered[i * width + j] *= 1 / (1 + expf(n.inside ? n.d2 : -n.d2));
            }
    }
}

/* grad_vertices += d(loss)/d(vertex), given uncovered of `soft` and d(loss)/d(uncovered). */
void soft_backward(const float *vertices, const int64_t *faces, int n_faces, const float *camera, float unit,
                   float reach, int height, int width, const float *uncovered, const float *grad, float *grad_vertices) {
    for (int f = 0; f < n_faces; f++) {
        float corners[3][2], gradient[3][2] = {{0, 0}, {0, 0}, {0, 0}};
        int box[4];
        if (!setup(vertices, faces + 3 * f, camera, unit, reach, height, width, corners, box)) continue;
        for (int i = box[2]; i <= box[3]; i++)
            for (int j = box[0]; j <= box[1]; j++) {
                float x = (j + 0.5f) / unit, y = (i + 0.5f) / unit;
                Nearest n = nearest(corners, x, y);
                if (!n.inside && n.d2 >= reach * reach) continue;
                float signed_d2 = n.inside ? n.d2 : -n.d2;
                int pixel = i * width + j;
                float scale = grad[pixel] * uncovered[pixel] / (1 + expf(-signed_d2)) * (n.inside ? 2 : -2);
                float *a = corners[n.edge], *b = corners[(n.edge + 1) % 3];
                float dx = scale * (x - a[0] - n.along * (b[0] - a[0])), dy = scale * (y - a[1] - n.along * (b[1] - a[1]));
                float *to_a = gradient[n.edge], *to_b = gradient[(n.edge + 1) % 3];
                to_a[0] += (1 - n.along) * dx, to_a[1] += (1 - n.along) * dy;
                to_b[0] += n.along * dx, to_b[1] += n.along * dy;
            }
        for (int k = 0; k < 3; k++) {
            const float *vertex = vertices + 3 * faces[3 * f + k];
            float *out = grad_vertices + 3 * faces[3 * f + k], z = vertex[2];
            float gx = gradient[k][0] / unit * camera[0] / z, gy = gradient[k][1] / unit * camera[1] / z;
            out[0] += gx, out[1] += gy, out[2] -= (gx * vertex[0] + gy * vertex[1]) / z;
        }
    }
}
