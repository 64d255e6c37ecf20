-- A part of scripts: how fast a site may be sent to, over all workers and mailings.
--
-- limits: hash, site or "*" (all sites without limits of their own) → "interval burst connections …", interval in ms per
--   message (0: no rate), connections = messages that may be under way at once (0: any number); what follows is for people.
-- pace: hash, site → tat, factor, learned, not_before, wait, blocked, packed: what has come of it so far. tat is the theoretical
--   arrival time of the generic cell rate algorithm; factor (0 to 1) slows the rate after the site asked for it; learned stands
--   in for the interval where none is set; nothing goes before not_before; wait is the last pause; blocked is 1 while the site
--   refuses us and 2 while one message is out to try it. Of a site at ease, which is as good as all of them, tat is all there is.
-- busy: hash, site → messages under way there, for sites with a limit of connections: at every moment as many as the flights of
--   all workers hold that are marked as counted (see common.lua). Below zero when a lane has been turned away since one ended.
-- recount: hash, only while MEND counts anew: "w:<worker>" of those whose flight it has looked at, and "s:<site>" → the messages
--   that these have under way.

local limits_key = prefix .. 'limits'
local pace_key = prefix .. 'pace'
local busy_key = prefix .. 'busy'
local recount_key = prefix .. 'recount'
local EASE, STATE = '<d', '<dddddB'
local FRESH = struct.pack(EASE, 0)

local SLOWEST_FACTOR = 1 / 64

-- How many ms before its time a message may go: workers come late, and what that costs would be lost to the rate.
local EARLY = 25
-- How many ms a lane with a rate is left alone at least, however short its interval: several messages go at once then.
local SHORTEST_WAIT = 10

-- A burst that makes up for messages that come EARLY.
local function widened(burst, step) return step > 0 and math.max(burst, 1 + EARLY / step) or burst end

-- A limit taken apart; each text once, since sites share limits. wide_burst is its burst at full rate.
local limits_read = {}
local function read_limit(text)
  local limit = limits_read[text]
  if not limit then
    limit = {}
    for number in string.gmatch(text, '%S+') do limit[#limit + 1] = tonumber(number) end
    limit.interval, limit.burst, limit.connections = limit[1], limit[2], limit[3]
    limit.wide_burst = widened(limit.burst, limit.interval)
    limits_read[text] = limit
  end
  return limit
end

-- Whether a state, or none, is that of a site at ease: neither slowed down nor blocked.
local function is_at_ease(state) return not state or #state == #FRESH end

-- Reads a site's limit, state and messages under way; nil when it has neither limit nor state.
local function read_pace(site, limit, state, busy)
  if not limit and not state then return nil end
  local p = {
    site = site, interval = 0, burst = 1, connections = 0, busy = math.abs(busy or 0),
    tat = 0, factor = 1, learned = 0, not_before = 0, wait = 0, blocked = 0,
  }
  if limit then
    limit = read_limit(limit)
    p.interval, p.burst, p.connections = limit.interval, limit.burst, limit.connections
  end
  if state and is_at_ease(state) then
    p.tat = struct.unpack(EASE, state)
  elseif state then
    p.tat, p.factor, p.learned, p.not_before, p.wait, p.blocked = struct.unpack(STATE, state)
  end
  p.step = (p.interval > 0 and p.interval or p.learned) / p.factor
  p.burst = widened(p.burst, p.step)
  return p
end

-- Reads the pace of a site at ease into a table that read_pace made for another: CLAIM reads many.
local function reread_pace(p, site, limit, state, busy)
  limit = read_limit(limit)
  p.site, p.step, p.burst, p.connections = site, limit.interval, limit.wide_burst, limit.connections
  p.tat, p.busy = state and struct.unpack(EASE, state) or 0, math.abs(busy or 0)
  return p
end

local function find_pace(site)
  local limit = redis.call('HMGET', limits_key, site, '*')
  return read_pace(site, limit[1] or limit[2], redis.call('HGET', pace_key, site), redis.call('HGET', busy_key, site))
end

local function written(p)
  if p.factor == 1 and p.learned == 0 and p.not_before == 0 and p.wait == 0 and p.blocked == 0 then
    return struct.pack(EASE, p.tat)
  end
  return struct.pack(STATE, p.tat, p.factor, p.learned, p.not_before, p.wait, p.blocked)
end

-- How many messages may go to a site now; when none may, from when on one may; and whether it is connections that it lacks.
local function allowance(p, now)
  if now < p.not_before then return 0, p.not_before, false end
  local room, later = math.huge, now
  if p.step > 0 then
    local start = math.max(p.tat, now)
    -- A millionth of a message makes up for the rounding of tat.
    room = math.floor((now - start) / p.step + p.burst + 1e-6)
    later = math.max(start - (p.burst - 1) * p.step, now + SHORTEST_WAIT)
  end
  if p.connections > 0 then
    local free = p.connections - p.busy
    -- Whoever ends a message there makes the lane ready at once; a second later it is looked at in any case.
    if free < 1 then return 0, math.max(later, now + 1000), true end
    room = math.min(room, free)
  end
  if p.blocked > 0 then room = math.min(room, 1) end
  return room, later, false
end

-- Counts messages that are on their way to a site.
local function spend(p, n, now)
  p.busy = p.busy + n
  if p.step > 0 then p.tat = math.max(p.tat, now) + n * p.step end
  if p.blocked > 0 and n > 0 then p.blocked, p.not_before = 2, now + p.wait end
end

-- Lets lanes of sites that are parked, for a connection or for a time, be looked at again: those of the first mailings at once,
-- others when their parking ends.
local function unpark(sites, now)
  local scores, at_once = {}, text_of(now)
  for _, site in ipairs(sites) do
    scores[#scores + 1] = at_once
    scores[#scores + 1] = site
  end
  for _, key in ipairs({ mailings_key, resting_key }) do
    for _, m in ipairs(redis.call('ZRANGE', key, 0, 15)) do
      local changed = 0
      for from = 1, #scores, 500 do
        changed = changed
          + redis.call('ZADD', key_ready(m), 'XX', 'LT', 'CH', unpack(scores, from, math.min(from + 499, #scores)))
      end
      if changed > 0 then activate(m) end
    end
  end
end

-- Keeps what MEND has counted so far true, when the flight of a worker changes that it has looked at already.
-- changes: {site, by how many counted messages, …}
local function keep_recount(worker, changes)
  if redis.call('HEXISTS', recount_key, 'w:' .. worker) == 0 then return end
  for i = 1, #changes, 2 do redis.call('HINCRBY', recount_key, 's:' .. changes[i], changes[i + 1]) end
end
