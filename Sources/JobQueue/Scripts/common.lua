-- Shared by every script of the queue: QueueScripts puts this text, and the parts that a script asks for, between its shebang
-- line and its body.
--
-- KEYS[1] is the shard's key prefix, "pr:{s}:". Its hash tag routes the script; every key below begins with it and so
-- lives in the same slot. Names of keys are built here, in the parts that scripts share (lanes, held, pace), in a script where it
-- alone needs one, and in QueueKeys.swift; nowhere else.
--
-- A payload begins with a fixed head that scripts read and write: ordinal (4 bytes, big-endian), recoveries (1 byte),
-- strikes (1 byte), flags (1 byte; 1: in doubt, 2: its final dot may be about to go out, set only in flight).

local prefix = KEYS[1]

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A whole number as text, for use in many arguments: Redis would print it in the slow way of floating point, at each use.
local function text_of(number) return string.format('%d', number) end

local function key_mailing(m) return prefix .. 'mailing:' .. m end
local function key_ready(m) return prefix .. 'ready:' .. m end
local function key_lane(m, site) return prefix .. 'lane:' .. m .. ':' .. site end
local function key_flight(worker) return prefix .. 'flight:' .. worker end
local function key_done(m) return prefix .. 'done:' .. m end
local function key_counts(m) return prefix .. 'counts:' .. m end
local leases_key = prefix .. 'leases'
local outcomes_key = prefix .. 'outcomes'

local function ordinal_of(payload) return (struct.unpack('>I4', payload)) end

-- Counts of a mailing: fed = waiting + in flight + due + closed, as copies of jobs, at every moment.
local function count(m, name, by) redis.call('HINCRBY', key_counts(m), name, text_of(by)) end

-- The text of a job in flight or due is "<mailing>:<site>\n<payload>", since it stands outside its lane. In flight, "+" stands
-- for ":" where the message counts as a connection in use (see pace.lua); among what is due, "!<number of the order> " for a job
-- that was settled and came back (see redeliver.lua).
local function with_place(m, site, payload) return m .. ':' .. site .. '\n' .. payload end
local function split_head(text)
  local newline = string.find(text, '\n', 1, true)
  return string.sub(text, 1, newline), string.sub(text, newline + 1)
end
-- The site of a job in flight that counts as a connection in use, else nil.
local function counted_site(text) return string.match(text, '^%d+%+([^\n]*)') end
local function split_place(text)
  local place, payload = split_head(text)
  local m, mark, site = string.match(place, '^(%d+)(.)(.*)\n$')
  return m, site, payload, mark == '+', mark == '!'
end

local function state_of(m) return redis.call('HGET', key_mailing(m), 'state') end

-- Whether this worker's lease still holds. A worker without one gets nothing and moves nothing.
local function lease_holds(worker, now)
  local expiry = redis.call('ZSCORE', leases_key, worker)
  return expiry and tonumber(expiry) > now
end
