"""Which waiting run a worker gets: the first one in the queue's order that fits what it holds free.

A run that does not fit yet is gathered for, the first such run alone: as many machines as it needs
(one, for most) take nothing that stands behind it until their devices are free, for a limited time
(`gathering.py`). So small runs never starve a large one, and as only one run is gathered for, no
two can wait for each other's devices. All is one script in Redis: several workers look at
the same moment, and each run is taken once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import redis

from jobs.devices.gathering import GATHERING, HOLD_MILLISECONDS
from jobs.wire import keys

SCANNED = 256
"""how many waiting runs are looked at; it is first come, first served as long as they fit"""

PATIENCE_MILLISECONDS = 4_000
"""how long a machine counts as gathering that does not look again: a worker looks every second"""

NEEDS = """
local machine, worker = ARGV[1], ARGV[2]
local free, total = tonumber(ARGV[3]), tonumber(ARGV[4])
local kinds, engine = ' ' .. ARGV[5] .. ' ', tonumber(ARGV[6])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local queue, intermediate, gathering, workers = KEYS[1], KEYS[2], KEYS[3], KEYS[4]

local function key(id, what) return 'ty:run:' .. string.sub(id, 1, 26) .. ':' .. what end

local function needs(id)
  local found = redis.pcall('HMGET', key(id, 'needs'), 'devices', 'machines', 'kind', 'engine',
    'rests', 'holds')
  if found.err then found = {} end
  return {devices = tonumber(found[1] or 1), machines = tonumber(found[2] or 1),
          kind = found[3] or '', engine = tonumber(found[4] or 1),
          rests = tonumber(found[5] or 0), holds = tonumber(found[6] or ARGV[10])}
end

-- What the workers say of themselves that are there and have this one's engine.
local there
local function present()
  if there then return there end
  there = {}
  local all = redis.call('HGETALL', workers)
  for i = 2, #all, 2 do
    local said, entry = pcall(cjson.decode, all[i])
    local body = said and entry.body
    if body and body.total and now - entry.seen < 10000 and body.engine == engine then
      table.insert(there, body)
    end
  end
  return there
end

local function trains(body, kind)
  if kind == '' then return true end
  for _, each in ipairs(body.kinds or {}) do
    if each == kind then return true end
  end
  return false
end

-- Whether as many machines are there as the run needs, each with enough devices.
local function enough(need)
  if need.machines == 1 then return true end
  local found, count = {}, 0
  for _, body in ipairs(present()) do
    if body.total >= need.devices and trains(body, need.kind) and not found[body.machine] then
      found[body.machine], count = true, count + 1
    end
  end
  return count >= need.machines
end

local function suits(need)
  return need.devices <= total and need.engine <= engine and enough(need)
    and (need.kind == '' or string.find(kinds, ' ' .. need.kind .. ' ', 1, true))
end

"""

CHOICE = """
if ARGV[9] ~= '' then
  local gang = redis.call('HMGET', key(ARGV[9], 'gang'), 'job', 'm:' .. machine)
  if gang[1] == ARGV[9] and gang[2] == worker then return {'follow', ARGV[9], 0} end
end
if free == 0 then
  quit()
  return {'nothing', '', 0}
end

local passed, rested = {}, false
for _, id in ipairs(redis.call('LRANGE', queue, 0, tonumber(ARGV[7]) - 1)) do
  local need = needs(id)
  local suited = suits(need)
  if suited and need.machines == 1 and need.devices <= free then
    quit()
    take(id)
    return {'run', id, need.devices}
  end
  if suited and rests(need) then
    rested = rested or {id, need}
  elseif suited then
    if not job or (job ~= id and not passed[job]) then gather(id) end
    local told = help(id, need)
    if told then return told end
  end
  if not rests(need) then passed[id] = true end
end

-- Nothing else is there for this machine: it may as well wait for the first of those that rest.
if rested then
  local id, need = unpack(rested)
  if not job then gather(id) end
  local told = help(id, need)
  if told then return told end
end
quit()
return {'nothing', '', 0}
"""

SCRIPT = NEEDS + GATHERING + CHOICE


@dataclass(frozen=True)
class Offer:
    """What a worker has to give when it looks into the queue."""

    machine: str
    worker: str
    free: int
    """devices it holds and nobody uses"""
    total: int
    """devices that are free when nothing trains"""
    kinds: tuple[str, ...]
    engine: int
    holding: str = ""
    """the job for which it holds them since it looked last"""


@dataclass(frozen=True)
class Found:
    """What the worker is to do.

    `run`: train it. `hold`: keep devices for a run whose other machines are not ready. `lead`: they
    are all, and this one leads; `follow`: another leads. `drain`: take nothing until more of its
    devices are free. `nothing`: nothing that waits suits.
    """

    what: Literal["run", "hold", "lead", "follow", "drain", "nothing"]
    job: bytes = b""
    """as it stands in the queue, where anything may stand"""
    devices: int = 0


def look(client: redis.Redis, queue_key: str, offer: Offer) -> Found:
    """Looks into the queue once. A run it gives is taken out of it, and this worker's alone."""
    names = (queue_key, f"{queue_key}:intermediate", keys.GATHERING, keys.WORKERS, keys.WAKE)
    answer: Any = client.eval(
        SCRIPT,
        len(names),
        *names,
        *(offer.machine, offer.worker, offer.free, offer.total),
        *(" ".join(offer.kinds), offer.engine, SCANNED, PATIENCE_MILLISECONDS),
        *(offer.holding, HOLD_MILLISECONDS),
    )
    return Found(answer[0].decode(), answer[1], int(answer[2]))


def wake(client: redis.Redis, why: str) -> None:
    """Has waiting workers look into the queue at once; without it they do within a second."""
    client.xadd(keys.WAKE, {"why": why}, maxlen=16, approximate=True)
