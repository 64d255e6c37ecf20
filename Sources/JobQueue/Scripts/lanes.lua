-- A part of scripts: putting jobs into lanes and aside, and mailings into the order in which they are served.

local mailings_key = prefix .. 'mailings'
local resting_key = prefix .. 'resting'
local due_key = prefix .. 'due'
local function key_bucket(second) return prefix .. 'due:' .. second end

-- Puts a running mailing among those that are served, level with the least served one (a newcomer has no arrears to collect).
local function activate(m)
  if redis.call('ZSCORE', mailings_key, m) then return end
  redis.call('ZREM', resting_key, m)
  local least = redis.call('ZRANGE', mailings_key, 0, 0, 'WITHSCORES')
  redis.call('ZADD', mailings_key, least[2] or 0, m)
end

-- Puts a job at the head of its lane, as it is; drops it when its mailing is unknown or cancelled. Answers whether it was put.
local function put_back(m, site, payload, now)
  local state = state_of(m)
  if not state or state == 'cancelled' then
    count(m, 'closed', 1)
    return false
  end
  redis.call('LPUSH', key_lane(m, site), payload)
  redis.call('ZADD', key_ready(m), 'NX', now, site)
  count(m, 'waiting', 1)
  if state == 'running' then activate(m) end
  return true
end

-- Puts a job aside until a second of the clock.
local function put_aside(m, site, payload, second)
  redis.call('RPUSH', key_bucket(second), with_place(m, site, payload))
  redis.call('ZADD', due_key, second * 1000, second)
  count(m, 'due', 1)
end
