"""The gRPC server: which calls there are, on which threads they run, and when the process ends.

Calls that change objects run one after the other on one thread, those that read them beside it on others, each with
its own connection to the database; what is only computed is computed where it arrives. The process ends when
Terraform says so, and when Terraform is gone. Owns the process; leaves what calls do to `calls`.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TextIO

from grpclib.const import Cardinality, Handler
from grpclib.server import Server, Stream

from iac.plugin.calls import CALLS, READING, WRITING, answer
from iac.plugin.fields import RPCS
from iac.plugin.handshake import PROTOCOL, check_caller, handshake_line, server_tls, socket_directory
from iac.plugin.messages import message, message_class
from iac.plugin.session import Session
from iac.providers.iac.provider import SOURCE

_READERS: Final = 2
_PARENT_CHECK: Final = 0.5
_CLOSING: Final = 1.0
"""How many seconds connections may take to close: after two, Terraform would kill the process."""
_SERVING: Final = 1


def serve(environment: Mapping[str, str], *, attached: bool) -> None:
    """Serves until Terraform is done; with `attached` until it is stopped by a signal.

    Raises `HandshakeError` when it was not Terraform that started the process.
    """
    if not attached:
        check_caller(environment)
    told = _own_stdout()
    asyncio.run(_Server(Session(environment, attached=attached)).run(told))


def _own_stdout() -> TextIO:
    """Standard output, for the handshake alone: whatever else is printed goes to standard error."""
    sys.stdout.flush()
    told = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return told


class _Server:
    """One server: Terraform's calls and those of go-plugin, as grpclib wants them."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.stopped = asyncio.Event()
        self.writer = ThreadPoolExecutor(1, "writer")
        self.readers = ThreadPoolExecutor(_READERS, "reader")

    async def run(self, told: TextIO) -> None:
        """Listens, tells where, and serves until the end."""
        directory = socket_directory(self.session.environment)
        try:
            await self._listen(directory, told)
        finally:
            for pool in (self.writer, self.readers):
                pool.shutdown(cancel_futures=True)
            shutil.rmtree(directory, ignore_errors=True)

    async def _listen(self, directory: Path, told: TextIO) -> None:
        attached, path = self.session.attached, str(directory / "socket")
        tls = None if attached else server_tls(self.session.environment, directory)
        server = Server([self])
        await server.start(path=path, ssl=tls[0] if tls else None)
        self._obey_signals()
        watch = None if attached else asyncio.create_task(self._watch_parent(os.getppid()))
        # A Terraform that is gone already reads nothing.
        with suppress(BrokenPipeError):
            told.write(_reattach_line(path) if attached else handshake_line(path, tls[1] if tls else None))
            told.close()
            await self.stopped.wait()
        if watch is not None:
            watch.cancel()
        server.close()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(server.wait_closed(), _CLOSING)

    def _obey_signals(self) -> None:
        """Ctrl-C reaches every process of the terminal: Terraform will say what it means."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stopped.set)
        if self.session.attached:
            loop.add_signal_handler(signal.SIGINT, self.stopped.set)
        else:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    async def _watch_parent(self, parent: int) -> None:
        while os.getppid() == parent:
            await asyncio.sleep(_PARENT_CHECK)
        self.stopped.set()

    # --- grpclib's table of calls ---

    def __mapping__(self) -> Mapping[str, Handler]:
        found = {f"/tfplugin6.Provider/{name}": self._call(name) for name in CALLS}
        unary, streamed = Cardinality.UNARY_UNARY, Cardinality.UNARY_STREAM
        for path, function, cardinality, request, response in (
            ("/plugin.GRPCController/Shutdown", self._shutdown, unary, "Empty", "Empty"),
            ("/plugin.GRPCStdio/StreamStdio", self._stdio, streamed, "Empty", "StdioData"),
            ("/plugin.GRPCBroker/StartStream", self._broker, Cardinality.STREAM_STREAM, "ConnInfo", "ConnInfo"),
            ("/grpc.health.v1.Health/Check", self._health, unary, "HealthRequest", "HealthResponse"),
        ):
            found[path] = Handler(function, cardinality, message_class(request), message_class(response))
        return found

    def _call(self, name: str) -> Handler:
        async def handle(stream: Stream[Any, Any]) -> None:
            request = await stream.recv_message()
            pool = self.writer if name in WRITING else self.readers if name in READING else None
            if pool is None:
                response = answer(name, self.session, request, _log)
            else:
                loop = asyncio.get_running_loop()
                response = await loop.run_in_executor(pool, answer, name, self.session, request, _log)
            await stream.send_message(response)

        assert name in RPCS
        return Handler(
            handle, Cardinality.UNARY_UNARY, message_class(f"{name}Request"), message_class(f"{name}Response")
        )

    # --- go-plugin ---

    async def _shutdown(self, stream: Stream[Any, Any]) -> None:
        await stream.recv_message()
        await stream.send_message(message("Empty"))
        self._gone()

    async def _stdio(self, stream: Stream[Any, Any]) -> None:
        """Held open, and nothing sent: its end tells that Terraform is gone."""
        await stream.recv_message()
        try:
            await self.stopped.wait()
        finally:
            self._gone()

    async def _broker(self, stream: Stream[Any, Any]) -> None:
        """Held open: nothing is brokered."""
        await self.stopped.wait()

    async def _health(self, stream: Stream[Any, Any]) -> None:
        await stream.recv_message()
        await stream.send_message(message("HealthResponse", status=_SERVING))

    def _gone(self) -> None:
        # One process serves every run under reattach.
        if not self.session.attached:
            self.stopped.set()


def _reattach_line(path: str) -> str:
    """What to set so that Terraform uses this process."""
    reattach = {
        SOURCE: {
            "Protocol": "grpc",
            "ProtocolVersion": PROTOCOL,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": path},
        }
    }
    return f"TF_REATTACH_PROVIDERS='{json.dumps(reattach, separators=(',', ':'))}'\n"


def _log(problem: BaseException) -> None:
    """Where a bug is, for Terraform's log. Not the exception's text: it may hold values of the configuration."""
    frames = "".join(traceback.format_tb(problem.__traceback__))
    line = {
        "@level": "error",
        "@message": f"{type(problem).__name__}\n{frames}",
        "@module": "iac",
        "@timestamp": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()
