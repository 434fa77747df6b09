using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Tells what Redis forbids from what fails.</summary>
public static class PermissionExtensions
{
    /// <summary>Whether Redis refused a command because the user's ACL does not permit it.</summary>
    public static bool IsForbidden(this RedisServerException exception) => exception.Kind == RedisErrorKind.NoPermission;
}
