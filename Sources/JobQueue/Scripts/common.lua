-- Shared by every script of the queue: JobQueue puts this text between a script's shebang line and its body.
--
-- KEYS[1] is the shard's key prefix, "pr:{s}:". Its hash tag routes the script; every key below begins with it and so
-- lives in the same slot. Names of keys are built here and in QueueKeys.swift, nowhere else.
--
-- A payload begins with a fixed head that scripts may read: ordinal (4 bytes, big-endian), recoveries (1 byte).

local prefix = KEYS[1]

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function key_mailing(m) return prefix .. 'mailing:' .. m end
local function key_ready(m) return prefix .. 'ready:' .. m end
local function key_lane(m, site) return prefix .. 'lane:' .. m .. ':' .. site end
local function key_flight(worker) return prefix .. 'flight:' .. worker end
local function key_bucket(second) return prefix .. 'due:' .. second end
local function key_done(m) return prefix .. 'done:' .. m end
local function key_counts(m) return prefix .. 'counts:' .. m end
local function key_cursor(m) return prefix .. 'cursor:' .. m end
local mailings_key = prefix .. 'mailings'
local leases_key = prefix .. 'leases'
local workers_key = prefix .. 'workers'
local due_key = prefix .. 'due'
local outcomes_key = prefix .. 'outcomes'

local function ordinal_of(payload) return (struct.unpack('>I4', payload)) end

-- The text of a job in flight or due is "<mailing>:<site>\n<payload>", since it stands outside its lane.
local function with_place(m, site, payload) return m .. ':' .. site .. '\n' .. payload end
local function split_place(text)
  local colon = string.find(text, ':', 1, true)
  local newline = string.find(text, '\n', colon, true)
  return string.sub(text, 1, colon - 1), string.sub(text, colon + 1, newline - 1), string.sub(text, newline + 1)
end

local function state_of(m) return redis.call('HGET', key_mailing(m), 'state') end

-- Puts a running mailing among those that are served, level with the least served one (a newcomer has no arrears to collect).
local function activate(m)
  if redis.call('ZSCORE', mailings_key, m) then return end
  local least = redis.call('ZRANGE', mailings_key, 0, 0, 'WITHSCORES')
  redis.call('ZADD', mailings_key, least[2] or 0, m)
end

-- Puts a job at the head of its lane, as it is; drops it when its mailing is unknown or cancelled. Answers whether it was put.
local function put_back(m, site, payload, now)
  local state = state_of(m)
  if not state or state == 'cancelled' then return false end
  redis.call('LPUSH', key_lane(m, site), payload)
  redis.call('ZADD', key_ready(m), 'NX', now, site)
  redis.call('HINCRBY', key_counts(m), 'waiting', 1)
  if state == 'running' then activate(m) end
  return true
end

-- Puts a job aside until a second of the clock.
local function put_aside(m, site, payload, second)
  redis.call('RPUSH', key_bucket(second), with_place(m, site, payload))
  redis.call('ZADD', due_key, second * 1000, second)
  redis.call('HINCRBY', key_counts(m), 'due', 1)
end

-- Whether this worker's lease still holds. A worker without one gets nothing and moves nothing.
local function lease_holds(worker, now)
  local expiry = redis.call('ZSCORE', leases_key, worker)
  return expiry and tonumber(expiry) > now
end
