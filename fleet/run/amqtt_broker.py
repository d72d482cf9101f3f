"""amqtt as a program: `python -m fleet.run.amqtt_broker PORT`; ended by SIGTERM.

In a process of its own, because it works on one asyncio loop as hard as the terminals do on theirs.
"""

import asyncio
import logging
import sys

import uvloop
from amqtt.broker import Broker

_ANONYMOUS = {
    "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
}


async def serve(port: int) -> None:
    """Serve MQTT 3.1.1 on loopback, for ever."""
    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}"}
    broker = Broker({"listeners": {"default": listener}, "plugins": _ANONYMOUS})
    await broker.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    uvloop.run(serve(int(sys.argv[1])))
