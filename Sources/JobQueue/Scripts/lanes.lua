-- A part of scripts: putting jobs into lanes, and mailings into the order in which they are served.

local mailings_key = prefix .. 'mailings'
local resting_key = prefix .. 'resting'
local due_key = prefix .. 'due'
local function key_bucket(second) return prefix .. 'due:' .. second end
-- By ordinal the number of the last order to take up again a job that was settled.
local function key_again(m) return prefix .. 'again:' .. m end
-- By ordinal: over, as the contact book told a Redis that had started anew, whatever is put aside here.
local function key_over(m) return prefix .. 'over:' .. m end

-- Puts a running mailing among those that are served, level with the least served one (a newcomer has no arrears to collect).
local function activate(m)
  if redis.call('ZSCORE', mailings_key, m) then return end
  redis.call('ZREM', resting_key, m)
  local least = redis.call('ZRANGE', mailings_key, 0, 0, 'WITHSCORES')
  redis.call('ZADD', mailings_key, least[2] or 0, m)
end

-- Adds {score, member, …} to a sorted set, save what is there already.
local function add_scores(key, scores)
  for from = 1, #scores, 500 do
    redis.call('ZADD', key, 'NX', unpack(scores, from, math.min(from + 499, #scores)))
  end
end

-- Whether a mailing still takes jobs: it is known and not cancelled. Asked for job after job, so the answer is kept.
local states = {}
local function takes_jobs(m)
  states[m] = states[m] or state_of(m) or 'unknown'
  return states[m] ~= 'unknown' and states[m] ~= 'cancelled'
end

-- Puts a job at the head of its lane, as it is; drops it when its mailing is unknown or cancelled. Answers whether it was put.
-- Mailings and lanes that a call has made ready stay so while it puts back more.
local is_ready = {}
local function put_back(m, site, payload, now)
  if not takes_jobs(m) then
    count(m, 'closed', 1)
    return false
  end
  local lane = key_lane(m, site)
  redis.call('LPUSH', lane, payload)
  count(m, 'waiting', 1)
  if not is_ready[lane] then redis.call('ZADD', key_ready(m), 'NX', now, site) end
  if states[m] == 'running' and not is_ready[m] then activate(m) end
  is_ready[lane], is_ready[m] = true, true
  return true
end
