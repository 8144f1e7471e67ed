"""The agent's conversation with the control plane: one WebSocket that the agent opens, and opens again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine
from typing import assert_never

import websockets
from pydantic import TypeAdapter, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from alto_agent import __version__
from alto_agent.artifacts.store import open_store
from alto_agent.contracts.generated.messages import (
    Ack,
    AgentCommand,
    CancelRequest,
    DropCheckpoints,
    ForgetRequest,
    Heartbeat,
    Hello,
    IdentityStored,
    NewIdentity,
    ParkRun,
    PauseOrder,
    Query,
    Refuse,
    Renew,
    RunRequests,
    StartDiffusion,
    StartExecutor,
    StartRun,
    StopExecutor,
    Welcome,
)
from alto_agent.executors.diffusion_supervisor import DiffusionSupervisor
from alto_agent.executors.supervisor import Supervisor
from alto_agent.inventory.devices import Inventory
from alto_agent.session.backoff import Backoff
from alto_agent.session.identity import Identity
from alto_agent.session.lease_clock import lease_clock
from alto_agent.session.leases import AttemptKey, LeaseBook
from alto_agent.session.live_events import LiveEvents
from alto_agent.session.log import fields, logger_named, utc_now
from alto_agent.session.outbox import Outbox
from alto_agent.session.queries import Queries
from alto_agent.session.settings import Settings
from alto_agent.session.spool import Spool

PROTOCOL = 2
FENCE_CHECK_SECONDS = 0.5
PINGS_PER_LEASE = 6
"""A connection that leads nowhere is noticed in a third of a lease, so that there is time for another one."""
_COMMAND: TypeAdapter[AgentCommand] = TypeAdapter(AgentCommand)
_log = logger_named("session")


class Session:
    """One agent from start to end. While the connection is away, what trains goes on as long as its lease."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._identity = Identity.load(settings.identity_path, settings.old_identity_path)
        self._inventory = Inventory(settings.devices, settings.cpu_devices)
        self._devices = self._inventory.devices()
        self._leases = LeaseBook()
        self._address = settings.address or "127.0.0.1"
        self._outbox = Outbox(Spool(settings.spool_path))
        self._supervisor = Supervisor(
            settings.data_dir,
            self._devices[0].kind,
            self._leases,
            self._outbox.record,
            lambda: self._address,
        )
        self._live = LiveEvents()
        self._diffusion = DiffusionSupervisor(
            settings.data_dir,
            self._devices[0].kind,
            self._outbox.record,
            self._live.add,
            lambda: self._leases.lease_seconds,
        )
        self._queries = Queries(settings.data_dir)
        self._replies: set[asyncio.Task[None]] = set()
        self._asked_at: dict[int, float] = {}
        self._vouched_at = 0.0

    async def run(self, stopped: asyncio.Event) -> None:
        """Until `stopped` is set; then parks what trains and leaves no child behind."""
        background = [
            asyncio.create_task(self._outbox.write_forever()),
            asyncio.create_task(self._enforce_leases()),
        ]
        connection = asyncio.create_task(self._stay_connected())
        stop = asyncio.create_task(stopped.wait())
        try:
            await asyncio.wait([stop, connection, *background], return_when=asyncio.FIRST_COMPLETED)
            await asyncio.gather(self._supervisor.close(), self._diffusion.close(), self._queries.close())
            await asyncio.sleep(0.3)
        finally:
            for task in [stop, connection, *background, *self._replies]:
                task.cancel()
            results = await asyncio.gather(stop, connection, *background, return_exceptions=True)
            await self._outbox.close()
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _stay_connected(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._converse(backoff)
            except InvalidStatus as problem:
                _log.error(
                    "the control plane did not let this node in",
                    extra=fields(status=problem.response.status_code, url=self._settings.url),
                )
                if problem.response.status_code in (401, 403):
                    self._identity.refused()
            except (TimeoutError, OSError, WebSocketException) as problem:
                _log.warning("not connected, trying again", extra=fields(problem=str(problem)))
            except Exception:
                # Whatever the other side said: this node keeps its work and its spool, and asks again.
                _log.exception("the conversation failed, trying again")
            await asyncio.sleep(backoff.wait())

    async def _converse(self, backoff: Backoff) -> None:
        token = self._identity.token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with connect(
            self._settings.url,
            additional_headers=headers,
            max_size=16 * 1024 * 1024,
            compression=None,
            ping_interval=self._leases.lease_seconds / PINGS_PER_LEASE,
            ping_timeout=self._leases.lease_seconds / PINGS_PER_LEASE,
        ) as socket:
            self._vouched_at = lease_clock()
            # As the control plane reaches this node, so do other nodes, unless a person knows better.
            self._address = self._settings.address or str(socket.local_address[0])
            await socket.send(self._hello().model_dump_json(by_alias=True))
            welcome = _COMMAND.validate_json(await asyncio.wait_for(socket.recv(), 15))
            if isinstance(welcome, Refuse):
                _log.error("refused", extra=fields(code=welcome.code, reason=welcome.message))
                if welcome.code == "token":
                    self._identity.refused()
                return
            if not isinstance(welcome, Welcome):
                _log.error("expected a welcome", extra=fields(got=welcome.type))
                return
            backoff.reset()
            self._enter(welcome)
            tasks = [
                asyncio.create_task(self._outbox.send_forever(welcome.acked_seq, socket.send)),
                asyncio.create_task(self._live.send_forever(socket.send)),
                asyncio.create_task(self._beat(socket, welcome.heartbeat_seconds)),
                asyncio.create_task(self._listen(socket)),
            ]
            try:
                ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            for task in ended:
                task.result()

    def _hello(self) -> Hello:
        return Hello(
            protocol=PROTOCOL,
            agent_version=__version__,
            name=self._settings.name,
            devices=self._devices,
            cpu_cores=self._inventory.cpu_cores,
            memory_bytes=self._inventory.memory_bytes,
            labels=self._settings.labels,
            running=self._supervisor.running(),
            executors=[*self._supervisor.executor_ids(), *self._diffusion.executor_ids()],
            last_seq=self._outbox.last_seq,
        )

    def _enter(self, welcome: Welcome) -> None:
        if welcome.identity:
            self._identity.store(welcome.identity)
        self._leases.lease_seconds = welcome.lease_seconds
        self._asked_at.clear()
        _log.info("connected", extra=fields(node=welcome.node_id, acked=welcome.acked_seq))

    async def _beat(self, socket: ClientConnection, seconds: float) -> None:
        for number in itertools.count(1):
            busy = self._inventory.cpu_utilisation()
            memory = self._inventory.memory_used_bytes()
            beat = Heartbeat(
                beat=number,
                at=utc_now(),
                devices=self._inventory.samples(busy, memory),
                cpu_utilisation=busy,
                memory_used_bytes=memory,
                strangers=self._inventory.strangers(self._supervisor.pids() | self._diffusion.pids()),
            )
            self._asked_at[number] = lease_clock()
            await socket.send(beat.model_dump_json(by_alias=True))
            await asyncio.sleep(seconds)

    def _renewed(self, command: Renew) -> None:
        """A lease counts from when it was asked for; heartbeats before this one get no answer any more."""
        asked_at = self._asked_at.get(command.beat)
        if asked_at is None:
            return
        for number in [number for number in self._asked_at if number <= command.beat]:
            del self._asked_at[number]
        self._vouched_at = asked_at
        self._leases.lease_seconds = command.lease_seconds
        keys = [AttemptKey(item.run_id, item.attempt, item.epoch) for item in command.attempts]
        self._leases.renew(keys, asked_at)

    async def _listen(self, socket: ClientConnection) -> None:
        async for text in socket:
            try:
                command = _COMMAND.validate_json(text)
            except ValidationError as problem:
                _log.error(
                    "a command that this agent does not know", extra=fields(problem=str(problem)[:500])
                )
                continue
            await self._obey(command, socket)

    async def _obey(self, command: AgentCommand, socket: ClientConnection) -> None:
        match command:
            case Ack():
                await self._outbox.acknowledged(command.seq)
            case Renew():
                self._renewed(command)
            case NewIdentity():
                self._identity.store(command.identity)
                await socket.send(IdentityStored().model_dump_json(by_alias=True))
            case StartExecutor():
                self._supervisor.start_executor(command)
            case StopExecutor():
                self._stop_executor(command.executor_id)
            case StartDiffusion() | RunRequests() | PauseOrder() | CancelRequest() | ForgetRequest():
                self._diffusion.obey(command)
            case StartRun():
                self._supervisor.start_run(command, self._vouched_at)
            case ParkRun():
                self._supervisor.park_run(command)
            case DropCheckpoints():
                await asyncio.to_thread(self._drop, command.paths)
            case Query():
                self._reply_later(command, socket)
            case Welcome() | Refuse():
                _log.error("unexpected", extra=fields(type=command.type))
            case _:
                assert_never(command)

    def _stop_executor(self, executor_id: str) -> None:
        if not self._diffusion.stop(executor_id):
            self._supervisor.stop_executor(executor_id)

    def _drop(self, paths: list[str]) -> None:
        artifacts = self._settings.data_dir / "artifacts"
        store = open_store(artifacts)
        for path in paths:
            folder = (artifacts / path).resolve()
            homes = (artifacts / "runs", artifacts / "requests")
            if any(folder.is_relative_to(home) and folder != home for home in homes):
                store.drop(folder.relative_to(artifacts).as_posix())

    def _reply_later(self, query: Query, socket: ClientConnection) -> None:
        async def reply() -> None:
            answer = await self._queries.answer(query)
            try:
                await socket.send(answer.model_dump_json(by_alias=True))
            except websockets.ConnectionClosed:
                _log.warning("an answer had nobody to go to", extra=fields(query=query.query_id))

        self._keep(reply())

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._replies.add(task)
        task.add_done_callback(self._replies.discard)

    async def _enforce_leases(self) -> None:
        while True:
            await asyncio.sleep(FENCE_CHECK_SECONDS)
            self._supervisor.enforce_leases(self._vouched_at)
            self._diffusion.show_life()
