"""How machines gather for a run, as a part of the script in `claim.py`: who is in, since when.

Devices that wait for others do nothing. So a run that did not begin within HOLD_MILLISECONDS rests
for as long as it held: what stands behind it comes first, and it has what nobody else takes. Then
it holds for twice as long. While it holds, nothing that stands behind it begins on its machines:
once it holds for longer than what trains there still takes, it begins. So it never starves; and
after each rest its devices were kept for no more than half of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import redis

from jobs.wire import keys

HOLD_MILLISECONDS = 600_000
"""ten minutes: how long devices are kept for a run at first"""

GATHERING = """
local function rests(need) return need.rests > now end

local job, members, count, since = false, {}, 0, now
local function gather(id)
  redis.call('DEL', gathering, key(id, 'gang'))
  redis.call('HSET', gathering, 'job', id)
  job, members, count = id, {}, 0
end

local function leave(name)
  redis.call('HDEL', gathering, 'm:' .. name)
  members[name], count = nil, count - 1
end

local stored = redis.call('HGETALL', gathering)
for i = 1, #stored, 2 do
  if stored[i] == 'job' then
    job = stored[i + 1]
  elseif stored[i] == 'since' then
    since = tonumber(stored[i + 1])
  else
    members[string.sub(stored[i], 3)], count = cjson.decode(stored[i + 1]), count + 1
  end
end
for name, member in pairs(members) do
  if member['until'] <= now then leave(name) end
end
if job and not redis.call('LPOS', queue, job) then
  redis.call('DEL', gathering)
  job, members, count = false, {}, 0
end

-- Its time is over: the devices are for others for as long as they were kept.
if job and count > 0 then
  local need = needs(job)
  if now >= math.max(since, need.rests) + need.holds then
    redis.call('HSET', key(job, 'needs'), 'rests', now + need.holds, 'holds', 2 * need.holds)
    redis.call('DEL', gathering)
    job, members, count = false, {}, 0
  end
end

-- This machine gathers no more: its worker has found something else to do.
local function quit()
  local mine = members[machine]
  if mine and mine.worker == worker then leave(machine) end
end

-- Whether this machine gathers for the run: one of those that it needs, or better than one of them.
local function joins(need, ready)
  if members[machine] or count < need.machines then return true end
  for name, member in pairs(members) do
    if not member.ready and (ready or member.free < free) then
      leave(name)
      return true
    end
  end
  return false
end

local function take(id)
  redis.call('LREM', queue, 1, id)
  redis.call('LPUSH', intermediate, id)
  -- Of a job that is there and is one: anything may stand in the queue.
  if redis.call('TYPE', 'rq:job:' .. id).ok == 'hash' then
    redis.call('HSET', 'rq:job:' .. id, 'taken', worker)
  end
  redis.pcall('HDEL', key(id, 'needs'), 'rests', 'holds')
  if job == id then redis.call('DEL', gathering) end
end

-- All its machines are ready: this one, the last to come, leads.
local function begin(id, need)
  local names = {}
  for name, member in pairs(members) do
    if not member.ready then return false end
    if name ~= machine then table.insert(names, name) end
  end
  if #names + 1 < need.machines then return false end
  table.sort(names)
  table.insert(names, 1, machine)
  for _, name in ipairs(names) do
    redis.call('HSET', key(id, 'gang'), 'm:' .. name, members[name].worker)
  end
  redis.call('HSET', key(id, 'gang'), 'job', id, 'machines', cjson.encode(names))
  redis.call('EXPIRE', key(id, 'gang'), 3600)
  take(id)
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', 16, '*', 'begin', id)
  return true
end

-- What this machine does for a run that it cannot begin alone: false where it is not one of its.
local function help(id, need)
  local ready, mine = need.devices <= free, members[machine]
  local another = mine and mine.ready and mine.worker ~= worker
  local first = count == 0
  if job ~= id or another or not joins(need, ready) then return false end
  if first then redis.call('HSET', gathering, 'since', now) end
  if not mine then count = count + 1 end
  mine = {worker = worker, ready = ready, free = free, ['until'] = now + tonumber(ARGV[8])}
  members[machine] = mine
  redis.call('HSET', gathering, 'm:' .. machine, cjson.encode(mine))
  if ready and begin(id, need) then return {'lead', id, need.devices} end
  return {ready and 'hold' or 'drain', id, need.devices}
end
"""


@dataclass(frozen=True)
class Rest:
    """Devices were kept for a run that could not begin; now nothing is."""

    held: float
    """seconds for which they were kept"""
    left: float
    """seconds until they are kept again"""


def rests_in(client: redis.Redis, run_ids: Sequence[str]) -> dict[str, Rest]:
    """Those of the runs that rest, by id."""
    with client.pipeline(transaction=False) as pipe:
        pipe.time()
        for run_id in run_ids:
            pipe.hmget(keys.needs(run_id), "rests", "holds")
        (seconds, microseconds), *found = pipe.execute()
    now = seconds + microseconds / 1e6
    told = {run_id: each for run_id, each in zip(run_ids, found, strict=True) if each[0]}
    rests = {
        run_id: Rest(held=float(holds) / 2_000, left=float(until) / 1_000 - now)
        for run_id, (until, holds) in told.items()
    }
    return {run_id: rest for run_id, rest in rests.items() if rest.left > 0}
