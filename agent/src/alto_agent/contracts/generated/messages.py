"""Generated from contracts/*.ts by npm run contracts; change those and run it again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel


class Message(BaseModel):
    """Fields are snake_case here and camelCase on the wire. Unknown fields are ignored: a newer peer may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class ProbedShape(Message):
    kind: Literal["image", "video"]
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    frames: Annotated[int, Field(ge=1)]
    """1 for an image"""
    batches: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)]
    """Requests in one step; [1] for a video"""
    degrees: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)]
    """SP degrees, at most the number of ranks; [1] for an image"""


class StartDiffusion(Message):
    type: Literal["start-diffusion"] = "start-diffusion"
    executor_id: str
    devices: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    """Device of rank 0, 1, …; the CPU may be named more than once"""
    image_model: str | None
    """builtin/…, a folder with model_index.json, or a hub id"""
    video_model: str | None
    dtype: Literal["auto", "float32", "bfloat16", "float16"]
    probe: list[ProbedShape]
    """Empty: the profile is known already"""
    probe_steps: Annotated[int, Field(ge=1)]
    """Steps that are timed for each shape, batch and degree; the median counts"""


class ServingRequest(Message):
    request_id: str
    attempt: Annotated[int, Field(ge=1)]
    """Grows when the request starts again after a loss; every event carries it"""
    kind: Literal["image", "video"]
    prompt: Annotated[str, Field(min_length=1, max_length=4000)]
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]
    frames: Annotated[int, Field(ge=1)]
    """1 for an image"""
    steps: Annotated[int, Field(ge=1, le=1000)]
    guidance: Annotated[float, Field(ge=0)] | None
    """null: the model's own"""
    seed: Annotated[int, Field(ge=0)]
    restore: str | None
    """Newest parked state in the artifact store; read where the ranks do not hold the request"""


class RunRequests(Message):
    type: Literal["run-requests"] = "run-requests"
    executor_id: str
    order_id: str
    ranks: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    """Leader first; their number is the SP degree"""
    stage: Literal["encode", "denoise", "decode"]
    steps: Annotated[int, Field(ge=1)] | None
    """Of denoise: free the ranks after so many; null: all that are left"""
    requests: Annotated[list[ServingRequest], Field(min_length=1)]
    """More than one: images of one size in one stage"""
    preview_every: Annotated[int, Field(ge=0)]
    """Steps between two previews; 0: none"""
    park_every: Annotated[int, Field(ge=0)]
    """Steps between two states on disk; 0: only when paused"""


class PauseOrder(Message):
    type: Literal["pause-order"] = "pause-order"
    executor_id: str
    order_id: str


class CancelRequest(Message):
    type: Literal["cancel-request"] = "cancel-request"
    executor_id: str
    request_id: str
    attempt: Annotated[int, Field(ge=1)]


class ForgetRequest(Message):
    type: Literal["forget-request"] = "forget-request"
    executor_id: str
    request_id: str
    attempt: Annotated[int, Field(ge=1)]


class RequestProgress(Message):
    request_id: str
    attempt: Annotated[int, Field(ge=1)]
    steps_done: Annotated[int, Field(ge=0)]


class UnitEnded(Message):
    kind: Literal["unit-ended"] = "unit-ended"
    order_id: str
    stage: Literal["encode", "denoise", "decode"]
    ranks: list[Annotated[int, Field(ge=0)]]
    """Leader first; encode and decode run on the leader alone"""
    requests: list[RequestProgress]
    """With this unit done"""
    start_ms: float
    """Unix milliseconds on the node's clock"""
    end_ms: float
    """Unix milliseconds on the node's clock"""


class OrderEnded(Message):
    kind: Literal["order-ended"] = "order-ended"
    order_id: str
    ranks: list[Annotated[int, Field(ge=0)]]
    requests: list[RequestProgress]
    reason: Literal["done", "paused", "replaced", "cancelled", "failed"]
    """done: the stage is over or its `steps` are done; failed: `request-ended` says why"""
    at_ms: float
    """Unix milliseconds on the node's clock"""


class RequestPreview(Message):
    kind: Literal["preview"] = "preview"
    request_id: str
    attempt: Annotated[int, Field(ge=1)]
    steps_done: Annotated[int, Field(ge=1)]
    png: str
    """base64; of a video the middle frame"""


ServingEvent = Annotated[
    UnitEnded | OrderEnded | RequestPreview,
    Field(discriminator="kind"),
]


class ServingMessage(Message):
    type: Literal["serving"] = "serving"
    executor_id: str
    events: Annotated[list[ServingEvent], Field(min_length=1)]


class RequestParkedEvent(Message):
    kind: Literal["request-parked"] = "request-parked"
    request_id: str
    attempt: Annotated[int, Field(ge=1)]
    executor_id: str
    at: AwareDatetime
    """UTC, on the node"""
    stage: Literal["encode", "denoise", "decode"]
    """What comes next"""
    steps_done: Annotated[int, Field(ge=0)]
    purpose: Literal["paused", "periodic"]
    path: str
    """File in the artifact store"""
    bytes: Annotated[int, Field(ge=0)]


class RequestEndedEvent(Message):
    kind: Literal["request-ended"] = "request-ended"
    request_id: str
    attempt: Annotated[int, Field(ge=1)]
    executor_id: str
    at: AwareDatetime
    """UTC, on the node"""
    state: Literal["done", "failed", "cancelled"]
    path: str | None
    """PNG or MP4 in the artifact store, with `done`"""
    media_type: Literal["image/png", "video/mp4"] | None
    bytes: Annotated[int, Field(ge=0)] | None
    reason: Literal["bad-input", "out-of-memory", "state-lost", "executor-died", "error"] | None
    """state-lost and executor-died: worth one more attempt, from the newest parked state or the start"""
    message: str | None
    """One sentence for people"""


class ImageTimes(Message):
    resolution: str
    """widthxheight"""
    batch: Annotated[int, Field(ge=1)]
    step_ms: float
    encode_ms: float
    decode_ms: float


class VideoTimes(Message):
    resolution: str
    """widthxheight"""
    frames: Annotated[int, Field(ge=1)]
    sp: Annotated[int, Field(ge=1)]
    step_ms: float
    encode_ms: float
    decode_ms: float


class MeasuredProfile(Message):
    image: list[ImageTimes]
    video: list[VideoTimes]
    switch_ms: Annotated[float, Field(ge=0)]
    resume_ms: Annotated[float, Field(ge=0)]


class ServingProfileEvent(Message):
    kind: Literal["serving-profile"] = "serving-profile"
    executor_id: str
    at: AwareDatetime
    """UTC, on the node"""
    source: Literal["probe", "steps"]
    profile: MeasuredProfile


class Device(Message):
    index: Annotated[int, Field(ge=0)]
    kind: Literal["cuda", "cpu"]
    name: str
    memory_bytes: Annotated[int, Field(ge=0)]


class DeviceSample(Message):
    index: Annotated[int, Field(ge=0)]
    utilisation: Annotated[float, Field(ge=0, le=1)] | None
    memory_used_bytes: Annotated[int, Field(ge=0)] | None
    temperature_c: float | None
    power_w: float | None


class RunningAttempt(Message):
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    executor_id: str
    step: Annotated[int, Field(ge=0)]


class Hello(Message):
    type: Literal["hello"] = "hello"
    protocol: int
    agent_version: str
    name: str
    """Name of the node, unique in the cluster"""
    devices: list[Device]
    cpu_cores: Annotated[int, Field(ge=1)]
    memory_bytes: Annotated[int, Field(ge=0)]
    labels: dict[str, str]
    running: list[RunningAttempt]
    """What trains right now, so that it can be adopted or stopped"""
    executors: list[str]
    """Executors that live on the node"""
    last_seq: Annotated[int, Field(ge=0)]
    """Highest seq in the spool"""


class Stranger(Message):
    index: Annotated[int, Field(ge=0)]
    """Of the device"""
    pid: Annotated[int, Field(ge=0)]
    name: str
    """Of its program; empty where the node may not look"""
    memory_bytes: Annotated[int, Field(ge=0)] | None


class Heartbeat(Message):
    type: Literal["heartbeat"] = "heartbeat"
    beat: Annotated[int, Field(ge=1)]
    """Number on this connection; the answer repeats it"""
    at: AwareDatetime
    """UTC, when it was measured on the node"""
    devices: list[DeviceSample]
    cpu_utilisation: Annotated[float, Field(ge=0, le=1)]
    memory_used_bytes: Annotated[int, Field(ge=0)]
    strangers: list[Stranger]
    """GPU processes that nobody knows"""


class MetricsEvent(Message):
    kind: Literal["metrics"] = "metrics"
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    token: str
    """That its order came with; it lets write this attempt only"""
    steps: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    samples: list[Annotated[int, Field(ge=0)]]
    at: list[float]
    """Unix seconds"""
    series: dict[str, list[float | None]]
    """train_loss, learning_rate, grad_norm, tokens_per_second"""


class EvaluationEvent(Message):
    kind: Literal["evaluation"] = "evaluation"
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    token: str
    """That its order came with; it lets write this attempt only"""
    at: AwareDatetime
    """UTC, when it was measured on the node"""
    step: Annotated[int, Field(ge=0)]
    samples: Annotated[int, Field(ge=0)]
    train_loss: float | None
    val_loss: float | None
    seconds: Annotated[float, Field(ge=0)]
    """What the evaluation cost"""
    tokens: Annotated[int, Field(ge=0)]


class CheckpointEvent(Message):
    kind: Literal["checkpoint"] = "checkpoint"
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    token: str
    """That its order came with; it lets write this attempt only"""
    at: AwareDatetime
    """UTC, when it was measured on the node"""
    step: Annotated[int, Field(ge=0)]
    samples: Annotated[int, Field(ge=0)]
    purpose: Literal["parked", "periodic", "best", "final"]
    path: str
    """Folder, relative to the artifact store"""
    bytes: Annotated[int, Field(ge=0)]


class RunFacts(Message):
    total_steps: Annotated[int, Field(ge=1)]
    full_samples: Annotated[int, Field(ge=1)]
    """Samples that a full training of this run consumes"""
    train_samples: Annotated[int, Field(ge=1)]
    """Of one epoch of the training split"""
    validation_samples: Annotated[int, Field(ge=0)]
    """Rows of each evaluation, the same for all runs of a sweep"""
    epochs: float
    memory_bytes: Annotated[int, Field(ge=0)]
    """What the run adds to its executor, predicted before it joined"""


class AdmissionFacts(Message):
    requested_bytes: Annotated[int, Field(ge=0)]
    available_bytes: Annotated[int, Field(ge=0)]
    beside: Annotated[int, Field(ge=0)]
    """Runs that had a slot at that moment"""


class MemoryFacts(Message):
    backbone_bytes: Annotated[int, Field(ge=0)]
    bytes_per_rank: Annotated[float, Field(ge=0)]
    bytes_per_token: Annotated[float, Field(ge=0)]
    bytes_per_logit: Annotated[float, Field(ge=0)]
    vocabulary: Annotated[int, Field(ge=0)]


class AttemptEvent(Message):
    kind: Literal["attempt"] = "attempt"
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    token: str
    """That its order came with; it lets write this attempt only"""
    at: AwareDatetime
    """UTC, when it was measured on the node"""
    state: Literal["started", "parked", "done", "failed"]
    step: Annotated[int, Field(ge=0)]
    samples: Annotated[int, Field(ge=0)]
    reason: Literal["non-finite", "out-of-memory", "bad-row", "bad-input", "lease-lost", "executor-died", "asked", "memory", "error"] | None
    """bad-input: no run of the sweep can train, since its data set cannot be read. memory: with `failed`, refused before it took a slot because its neighbours leave too little; it is well and waits for room"""
    message: str | None
    """One sentence for people"""
    facts: RunFacts | None
    """With `started`"""
    admission: AdmissionFacts | None
    """With `failed` and reason `memory`"""


class ExecutorEvent(Message):
    kind: Literal["executor"] = "executor"
    executor_id: str
    at: AwareDatetime
    """UTC, when it was measured on the node"""
    state: Literal["loading", "ready", "ended"]
    message: str | None
    fault: Literal["bad-input", "crash"] | None
    """Why it ended, where nobody asked it to"""
    backbone_bytes: Annotated[int, Field(ge=0)] | None
    step_ms: Annotated[float, Field(ge=0)] | None
    """Mean over the last steps"""
    slots_busy: Annotated[int, Field(ge=0)] | None
    tokens_per_second: Annotated[float, Field(ge=0)] | None
    memory: MemoryFacts | None
    """With `ready`"""
    meeting: str | None | None = None
    """host:port where ranks of other nodes meet rank 0, with `loading`"""


class OutputSampleEvent(Message):
    kind: Literal["output-sample"] = "output-sample"
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    token: str
    """That its order came with; it lets write this attempt only"""
    at: AwareDatetime
    """UTC, when it was measured on the node"""
    step: Annotated[int, Field(ge=0)]
    prompt: str
    expected: str
    output: str
    base_output: str | None


DurableEvent = Annotated[
    MetricsEvent | EvaluationEvent | CheckpointEvent | AttemptEvent | ExecutorEvent | OutputSampleEvent | RequestParkedEvent | RequestEndedEvent | ServingProfileEvent,
    Field(discriminator="kind"),
]


class SpooledEvent(Message):
    seq: Annotated[int, Field(ge=1)]
    event: DurableEvent


class EventBatch(Message):
    type: Literal["events"] = "events"
    events: Annotated[list[SpooledEvent], Field(min_length=1, max_length=5000)]


class QueryError(Message):
    field: str | None
    message: str


class QueryReply(Message):
    type: Literal["reply"] = "reply"
    query_id: str
    ok: bool
    result: JsonValue | None = None
    error: QueryError | None


class IdentityStored(Message):
    type: Literal["identity-stored"] = "identity-stored"


AgentMessage = Annotated[
    Hello | Heartbeat | EventBatch | QueryReply | IdentityStored | ServingMessage,
    Field(discriminator="type"),
]


class Welcome(Message):
    type: Literal["welcome"] = "welcome"
    protocol: int
    node_id: str
    heartbeat_seconds: float
    lease_seconds: float
    """An agent that cannot renew for this long stops its work by itself"""
    acked_seq: Annotated[int, Field(ge=0)]
    identity: str | None = None
    """Token of this node for 24 hours; sent once, in answer to an invitation"""


class NewIdentity(Message):
    type: Literal["identity"] = "identity"
    identity: str


class Refuse(Message):
    type: Literal["refuse"] = "refuse"
    code: Literal["protocol", "token", "name-taken", "malformed"]
    message: str


class Ack(Message):
    type: Literal["ack"] = "ack"
    seq: Annotated[int, Field(ge=0)]


class LeasedAttempt(Message):
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]


class Renew(Message):
    type: Literal["renew"] = "renew"
    beat: Annotated[int, Field(ge=1)]
    """Number of the heartbeat that this answers"""
    attempts: list[LeasedAttempt]
    lease_seconds: float


class ExecutorPart(Message):
    first_rank: Annotated[int, Field(ge=0)]
    """Rank of the first device here; 0 leads and speaks for all"""
    ranks: Annotated[int, Field(ge=2)]
    """Of all nodes"""
    near: Annotated[int, Field(ge=1)]
    """Ranks on the node of rank 0, where the artifacts of its runs are written"""
    meeting: str | None
    """host:port where ranks meet; null where rank 0 is here: this node opens it and says where"""


class StartExecutor(Message):
    type: Literal["start-executor"] = "start-executor"
    executor_id: str
    devices: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    model: str
    dtype: Literal["auto", "float32", "bfloat16", "float16"]
    slots: Annotated[int, Field(ge=1)]
    max_length: Annotated[int, Field(ge=8)]
    part: ExecutorPart | None = None
    """Where its GPUs lie on several nodes"""


class StopExecutor(Message):
    type: Literal["stop-executor"] = "stop-executor"
    executor_id: str


class AdapterConfig(Message):
    learning_rate: float
    rank: Annotated[int, Field(ge=1)]
    alpha: float
    dropout: float
    weight_decay: float
    batch_size: Annotated[int, Field(ge=1)]
    target_modules: str | list[str]
    lr_scheduler: Literal["constant", "linear", "cosine"]
    warmup_ratio: float
    seed: int


class RunDataRef(Message):
    dataset: str
    """builtin/…, a hub id, or a path in the artifact store"""
    max_length: int
    training: Literal["sft-completion", "sft-full", "dpo"]


class StartRun(Message):
    type: Literal["start-run"] = "start-run"
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    token: str
    sweep_id: str
    executor_id: str
    config: AdapterConfig
    data: RunDataRef
    epochs: float | None
    max_steps: int | None
    evaluations: Annotated[int, Field(ge=1)]
    restore: str | None
    """Folder of a checkpoint in the artifact store"""


class ParkRun(Message):
    type: Literal["park-run"] = "park-run"
    run_id: str
    attempt: Annotated[int, Field(ge=1)]
    epoch: Annotated[int, Field(ge=1)]
    token: str


class DropCheckpoints(Message):
    type: Literal["drop-checkpoints"] = "drop-checkpoints"
    paths: Annotated[list[str], Field(min_length=1)]


class PreviewDataset(Message):
    kind: Literal["preview-dataset"] = "preview-dataset"
    model: str
    dataset: str
    max_length: int


class DescribeModel(Message):
    kind: Literal["describe-model"] = "describe-model"
    model: str


class DescribePipeline(Message):
    kind: Literal["describe-pipeline"] = "describe-pipeline"
    model: str
    """builtin/…, a folder with model_index.json, or a hub id"""


class ToldRun(Message):
    params: dict[str, JsonValue]
    value: float | None


class Suggest(Message):
    kind: Literal["suggest"] = "suggest"
    space: dict[str, JsonValue]
    count: Annotated[int, Field(ge=1)]
    seed: int
    told: list[ToldRun]
    pending: list[dict[str, JsonValue]]
    """Configurations that were suggested and have not ended"""


class ExportAdapter(Message):
    kind: Literal["export-adapter"] = "export-adapter"
    run_id: str
    checkpoint: str
    model: str


Question = Annotated[
    PreviewDataset | DescribeModel | DescribePipeline | Suggest | ExportAdapter,
    Field(discriminator="kind"),
]


class Query(Message):
    type: Literal["query"] = "query"
    query_id: str
    question: Question


AgentCommand = Annotated[
    Welcome | NewIdentity | Refuse | Ack | Renew | StartExecutor | StopExecutor | StartRun | ParkRun | DropCheckpoints | Query | StartDiffusion | RunRequests | PauseOrder | CancelRequest | ForgetRequest,
    Field(discriminator="type"),
]
