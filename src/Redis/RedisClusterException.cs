namespace Superhero.Redis;

/// <summary>Redis is a cluster, on several servers of which a game's keys would lie; no script could look at all of them.</summary>
public sealed class RedisClusterException() : Exception("Redis is a cluster (cluster-enabled yes), on several servers of which a game's keys would lie.");
