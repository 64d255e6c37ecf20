-- A part of scripts: how fast a site may be sent to, over all workers and mailings.
--
-- limits: hash, site or "*" (all sites without limits of their own) → "interval burst connections", interval in ms per
--   message (0: no rate), connections = messages that may be under way at once (0: any number).
-- pace: hash, site → "tat factor learned not_before wait blocked", what has come of it so far. tat is the theoretical arrival
--   time of the generic cell rate algorithm; factor (0 to 1) slows the rate after the site asked for it; learned stands in for
--   the interval where none is set; nothing goes before not_before; wait is the last pause; blocked is 1 while the site
--   refuses us and 2 while one message is out to try it.
-- busy:<site>: hash, job → worker, for sites with a limit of connections.

local limits_key = prefix .. 'limits'
local pace_key = prefix .. 'pace'
local function key_busy(site) return prefix .. 'busy:' .. site end

local SLOWEST_FACTOR = 1 / 64

-- How many ms before its time a message may go: workers come late, and what that costs would be lost to the rate.
local EARLY = 25
-- How many ms a lane with a rate is left alone at least, however short its interval: several messages go at once then.
local SHORTEST_WAIT = 10

-- The numbers in a text. Sites share limits, and most are in the same state but for their tat: each text is taken apart once.
local numbers_read = {}
local function numbers(text)
  local list = numbers_read[text]
  if not list then
    list = {}
    for number in string.gmatch(text, '%S+') do list[#list + 1] = tonumber(number) end
    numbers_read[text] = list
  end
  return unpack(list)
end

-- Reads a site's limit and state; nil when it has neither.
local function read_pace(site, limit, state)
  if not limit and not state then return nil end
  local p = {
    site = site, interval = 0, burst = 1, connections = 0, tat = 0, factor = 1, learned = 0, not_before = 0, wait = 0, blocked = 0,
    taken = 0, rest = '1.000000 0.000000 0 0 0',
  }
  if limit then p.interval, p.burst, p.connections = numbers(limit) end
  if state then
    local tat, rest = string.match(state, '(%S+) (.+)')
    p.tat, p.rest = tonumber(tat), rest
    p.factor, p.learned, p.not_before, p.wait, p.blocked = numbers(rest)
  end
  p.step = (p.interval > 0 and p.interval or p.learned) / p.factor
  if p.step > 0 then p.burst = math.max(p.burst, 1 + EARLY / p.step) end
  return p
end

local function find_pace(site)
  local limit = redis.call('HMGET', limits_key, site, '*')
  return read_pace(site, limit[1] or limit[2], redis.call('HGET', pace_key, site))
end

local function written(p)
  return string.format('%.3f %.6f %.6f %.0f %.0f %d', p.tat, p.factor, p.learned, p.not_before, p.wait, p.blocked)
end

-- The state of which only tat has changed since it was read.
local function written_tat(p) return string.format('%.3f ', p.tat) .. p.rest end

-- Whether a state, as it is written, is that of a site that is neither slowed down nor blocked; without taking it apart.
local function is_at_ease(state) return string.find(state, '^%S+ 1%.000000 .* 0$') ~= nil end

-- How many messages may go to a site now, and, when none may, from when on one may.
local function allowance(p, now)
  if now < p.not_before then return 0, p.not_before end
  local room, later = math.huge, now
  if p.step > 0 then
    local start = math.max(p.tat, now)
    -- A millionth of a message makes up for the rounding of tat.
    room = math.floor((now - start) / p.step + p.burst + 1e-6)
    later = math.max(start - (p.burst - 1) * p.step, now + SHORTEST_WAIT)
  end
  if p.connections > 0 then
    p.busy = p.busy or redis.call('HLEN', key_busy(p.site))
    local free = p.connections - p.busy - p.taken
    -- Whoever ends a message there makes the lane ready at once; a second later it is looked at in any case.
    if free < 1 then return 0, math.max(later, now + 1000) end
    room = math.min(room, free)
  end
  if p.blocked > 0 then room = math.min(room, 1) end
  return room, later
end

-- Counts messages that are on their way to a site.
local function spend(p, n, now)
  p.taken = n
  if p.step > 0 then p.tat = math.max(p.tat, now) + n * p.step end
  if p.blocked > 0 then p.blocked, p.not_before = 2, now + p.wait end
end

-- Lets lanes of sites, at most 500, that wait for a connection be looked at again.
local function unpark(sites, now)
  local scores, at_once = {}, text_of(now)
  for _, site in ipairs(sites) do
    scores[#scores + 1] = at_once
    scores[#scores + 1] = site
  end
  for _, key in ipairs({ mailings_key, resting_key }) do
    for _, m in ipairs(redis.call('ZRANGE', key, 0, 15)) do
      if redis.call('ZADD', key_ready(m), 'XX', 'LT', 'CH', unpack(scores)) > 0 then activate(m) end
    end
  end
end

-- Takes in that a site accepts: a block ends, and a slowed rate rises by a twentieth of itself for each minute's worth of mail.
local function relieve(p, sent, now)
  p.wait = 0
  if p.blocked > 0 then
    p.blocked, p.not_before = 0, 0
    unpark({ p.site }, now)
  end
  p.factor = math.min(1, p.factor + 0.05 * sent * p.step / 60000)
  if p.factor == 1 then p.learned = 0 end
  if p.factor == 1 and p.interval == 0 then
    redis.call('HDEL', pace_key, p.site)
  else
    redis.call('HSET', pace_key, p.site, written(p))
  end
end

-- Reads, from ARGV[i] on, what ended at paced sites: how many sites, then per site: site, messages it accepted, n, job × n.
-- Answers where the rest of ARGV begins.
local function note_sites(i, now)
  local freed, accepting, messages = {}, {}, {}
  for _ = 1, ARGV[i] do
    local site, sent, n = ARGV[i + 1], tonumber(ARGV[i + 2]), tonumber(ARGV[i + 3])
    if n > 0 and redis.call('HDEL', key_busy(site), unpack(ARGV, i + 4, i + 3 + n)) > 0 then freed[#freed + 1] = site end
    if sent > 0 then
      accepting[#accepting + 1] = site
      messages[#messages + 1] = sent
    end
    i = i + 3 + n
  end
  if #freed > 0 then unpark(freed, now) end
  local states = #accepting > 0 and redis.call('HMGET', pace_key, unpack(accepting)) or {}
  for k, site in ipairs(accepting) do
    local p = states[k] and not is_at_ease(states[k]) and find_pace(site)
    if p then relieve(p, messages[k], now) end
  end
  return i + 1
end
