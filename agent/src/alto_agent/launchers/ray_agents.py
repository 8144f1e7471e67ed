"""`python -m alto_agent.launchers.ray_agents`: agents as actors, one on each machine of a Ray cluster.

Reads one JSON question a line (`list`, `start`, `stop`) and answers each with one line. The actors are
detached and restartable: they outlive this process and their own failures, and end with their machine.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

# Ray is on the machines of a Ray cluster, and is no dependency of ours.
ray: Any = importlib.import_module("ray")
strategies: Any = importlib.import_module("ray.util.scheduling_strategies")

NAMESPACE = "alto"

AGENT = """
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
os.execv(sys.executable, [sys.executable, "-m", "alto_agent", *sys.argv[1:]])
"""
"""Becomes the agent, which parks and ends when its actor is gone."""


class AgentActor:
    """Holds one agent as a child process; when that ends, so does the actor, and Ray starts it again."""

    def __init__(self, python: str, order: dict[str, str]) -> None:
        # Its identity is there too: a restarted actor signs in with it, since its order's token is used up.
        folder = Path(order["dataDir"]) / "agents" / order["name"]
        folder.mkdir(parents=True, exist_ok=True)
        arguments = ["--url", order["url"], "--name", order["name"], "--data-dir", order["dataDir"]]
        with (folder / "agent.log").open("a", encoding="utf-8") as log:
            self._child = subprocess.Popen(
                [python, "-c", AGENT, *arguments],
                env={**os.environ, "ALTO_NODE_TOKEN": order["joinToken"]},
                stdout=log,
                stderr=log,
            )
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        self._child.wait()
        os._exit(1)

    def pid(self) -> int:
        """Of the agent's process."""
        return self._child.pid

    def end(self) -> None:
        """Asks the agent to park and end; its actor ends with it."""
        self._child.terminate()


class RayAgents:
    """What runs on which machine of the cluster. An actor's name is `<agent>@<id of the Ray node>`."""

    def machines(self) -> dict[str, str]:
        """Living machines: id → address."""
        return {str(node["NodeID"]): str(node["NodeManagerAddress"]) for node in ray.nodes() if node["Alive"]}

    def actors(self) -> list[tuple[str, str, str]]:
        """(actor, agent, machine) of those whose machine lives; others are forgotten."""
        alive = self.machines()
        found: list[tuple[str, str, str]] = []
        for one in ray.util.list_named_actors(all_namespaces=True):
            if one["namespace"] != NAMESPACE:
                continue
            agent, _, machine = str(one["name"]).partition("@")
            if machine in alive:
                found.append((str(one["name"]), agent, machine))
            else:
                ray.kill(ray.get_actor(str(one["name"]), namespace=NAMESPACE))
        return found

    def list(self) -> dict[str, Any]:
        """All agents, and how many machines there are."""
        machines = self.machines()
        agents = [
            {"id": actor, "name": agent, "state": "running", "where": machines[machine]}
            for actor, agent, machine in self.actors()
        ]
        return {"machines": len(machines), "agents": agents}

    def start(self, order: dict[str, str]) -> dict[str, Any]:
        """Starts an agent on a machine that has none."""
        taken = {machine for _, _, machine in self.actors()}
        free = sorted(set(self.machines()) - taken)
        if not free:
            return {"error": "Every machine of the Ray cluster has an agent already."}
        actor: Any = ray.remote(AgentActor)
        actor.options(
            name=f"{order['name']}@{free[0]}",
            namespace=NAMESPACE,
            lifetime="detached",
            max_restarts=-1,
            num_cpus=0,
            scheduling_strategy=strategies.NodeAffinitySchedulingStrategy(free[0], soft=False),
        ).remote(sys.executable, order)
        return {}

    def stop(self, name: str) -> dict[str, Any]:
        """Ends an agent for good."""
        actor: Any = ray.get_actor(name, namespace=NAMESPACE)
        try:
            ray.get(actor.end.remote(), timeout=10)
        finally:
            ray.kill(actor)
        return {}


def answer(agents: RayAgents, question: dict[str, str]) -> dict[str, Any]:
    """The answer to one question; a refusal is `error`."""
    try:
        match question["do"]:
            case "list":
                return agents.list()
            case "start":
                return agents.start(question)
            case "stop":
                return agents.stop(question["id"])
            case other:
                return {"error": f"{other} is not a question."}
    except Exception as problem:
        return {"error": f"Ray did not do it: {str(problem).splitlines()[0][:200]}"}


def main() -> None:
    """Answers until standard input ends."""
    parser = argparse.ArgumentParser(prog="python -m alto_agent.launchers.ray_agents", description=__doc__)
    parser.add_argument("--address", default="auto")
    given = parser.parse_args()
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    ray.init(address=given.address, namespace=NAMESPACE, log_to_driver=False, logging_level="ERROR")
    agents = RayAgents()
    for line in sys.stdin:
        out.write(json.dumps(answer(agents, json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
