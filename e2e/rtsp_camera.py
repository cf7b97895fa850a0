#!/usr/bin/python3
"""An RTSP camera on loopback that wants a password (digest), made of GStreamer's RTSP server.

usage: rtsp_camera.py PORT USER PASSWORD NAME=VIDEO+AUDIO:FILE.mkv ...

serves rtsp://USER:PASSWORD@127.0.0.1:PORT/NAME; VIDEO is h264 or h265, AUDIO is aac, pcma or pcmu.
PORT 0 takes a free one. Prints "ready PORT" once clients may connect. A file plays once for each client.
"""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

# Cameras repeat their parameter sets with every keyframe: config-interval=-1.
VIDEO = {
    "h264": "h264parse ! rtph264pay config-interval=-1",
    "h265": "h265parse ! rtph265pay config-interval=-1",
}
AUDIO = {
    "aac": "aacparse ! rtpmp4gpay",
    "pcma": "rtppcmapay",
    "pcmu": "rtppcmupay",
}


def pipeline(video, audio, path):
    return (
        f'( filesrc location="{path}" ! matroskademux name=file '
        f"file.video_0 ! queue ! {VIDEO[video]} name=pay0 pt=96 "
        f"file.audio_0 ! queue ! {AUDIO[audio]} name=pay1 pt=97 )"
    )


def digest_auth(user, password):
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "user")
    auth.add_digest(user, password, token)
    return auth


def factory(launch):
    media = GstRtspServer.RTSPMediaFactory()
    media.set_launch(launch)
    permissions = GstRtspServer.RTSPPermissions()
    for permission in ("media.factory.access", "media.factory.construct"):
        permissions.add_permission_for_role("user", permission, True)
    media.set_permissions(permissions)
    return media


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    port, user, password = sys.argv[1:4]
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    server.set_auth(digest_auth(user, password))
    for argument in sys.argv[4:]:
        name, rest = argument.split("=", 1)
        codecs, path = rest.split(":", 1)
        video, audio = codecs.split("+")
        server.get_mount_points().add_factory(f"/{name}", factory(pipeline(video, audio, path)))
    if not server.attach(None):
        sys.exit(f"cannot listen on port {port}")
    print(f"ready {server.get_bound_port()}", flush=True)
    GLib.MainLoop().run()


main()
