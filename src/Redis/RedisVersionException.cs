namespace Superhero.Redis;

/// <summary>Redis is too old.</summary>
/// <param name="version">The version that it says it has.</param>
public sealed class RedisVersionException(Version version) : Exception($"Redis {version} is too old; the least version is {RedisOptions.LeastVersion}.");
