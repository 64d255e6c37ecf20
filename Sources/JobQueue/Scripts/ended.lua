-- A part of scripts, beside pace: what ended at sites that are paced.

-- Which jobs of a flight, of at most 500, count as connections in use: site → how many. To be asked before they leave it.
local counting = redis.call('EXISTS', busy_key) == 1
local function counted_in(flight, fields)
  local counted = {}
  if not counting or #fields == 0 then return counted end
  for _, text in ipairs(redis.call('HMGET', flight, unpack(fields))) do
    local site = text and counted_site(text)
    if site then counted[site] = (counted[site] or 0) + 1 end
  end
  return counted
end

-- Frees the connections of counted messages that leave a worker's flight, and lets lanes that were turned away be looked at again.
-- freed: site → how many, as counted_in says.
local function free_connections(worker, freed, now)
  if not next(freed) then return end
  local sites, kept, gone, awaited, changes = {}, {}, {}, {}, {}
  for site, n in pairs(freed) do
    sites[#sites + 1] = site
    changes[#changes + 1] = site
    changes[#changes + 1] = -n
  end
  local counts = redis.call('HMGET', busy_key, unpack(sites))
  for k, site in ipairs(sites) do
    local before = tonumber(counts[k] or 0)
    local left = math.abs(before) - freed[site]
    if left > 0 then
      kept[#kept + 1] = site
      kept[#kept + 1] = text_of(left)
    else
      gone[#gone + 1] = site
    end
    if before < 0 then awaited[#awaited + 1] = site end
  end
  if #kept > 0 then redis.call('HSET', busy_key, unpack(kept)) end
  if #gone > 0 then redis.call('HDEL', busy_key, unpack(gone)) end
  if #awaited > 0 then unpark(awaited, now) end
  keep_recount(worker, changes)
end

-- Takes in that a site accepts: a block ends, and a slowed rate rises by a twentieth of the full one for each minute's worth of mail.
local function relieve(p, sent, now)
  p.wait = 0
  if p.blocked > 0 then
    p.blocked, p.not_before = 0, 0
    unpark({ p.site }, now)
  end
  p.factor = math.min(1, p.factor + 0.05 * sent * p.step / 60000)
  if p.factor == 1 then
    p.learned = 0
    if p.not_before <= now then p.not_before = 0 end
  end
  if p.factor == 1 and p.interval == 0 then
    redis.call('HDEL', pace_key, p.site)
  else
    redis.call('HSET', pace_key, p.site, written(p))
  end
end

-- Reads, from ARGV[i] on, what paced sites accepted: how many sites n, site × n, messages × n. Answers where the rest of ARGV
-- begins.
local function note_accepted(i, now)
  local n = tonumber(ARGV[i])
  if n > 0 then
    for k, state in ipairs(redis.call('HMGET', pace_key, unpack(ARGV, i + 1, i + n))) do
      local p = not is_at_ease(state) and find_pace(ARGV[i + k])
      if p then relieve(p, tonumber(ARGV[i + n + k]), now) end
    end
  end
  return i + 1 + 2 * n
end
