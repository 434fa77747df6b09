using StackExchange.Redis;

namespace Superhero.Redis;

/// <summary>Reads keys that whoever can write to Redis may have made anything of.</summary>
public static class WrongTypeExtensions
{
    /// <summary>What a read gives, or something else where the key is of another type than the read asks for.</summary>
    /// <exception cref="RedisException">Redis can't be reached, or refuses the read for another reason.</exception>
    public static async Task<T> OrIfWrongTypeAsync<T>(this Task<T> read, T other)
    {
        try
        {
            return await read;
        }
        catch (RedisServerException exception) when (exception.IsWrongType())
        {
            return other;
        }
    }

    /// <summary>Whether Redis refused a command because a key is of another type than the command asks for.</summary>
    public static bool IsWrongType(this RedisServerException exception) => exception.Kind == RedisErrorKind.WrongType;
}
