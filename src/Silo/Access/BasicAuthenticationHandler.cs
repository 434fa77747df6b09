using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Superhero.Silo.Access;

/// <summary>Basic authentication (RFC 7617) of the one user that DASHBOARD_USER and DASHBOARD_PASSWORD name. An address that has sent too many
/// wrong passwords has to wait.</summary>
internal sealed partial class BasicAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> schemes, ILoggerFactory loggers, UrlEncoder encoder, PageLogin login, PasswordTries tries)
    : AuthenticationHandler<AuthenticationSchemeOptions>(schemes, loggers, encoder)
{
    public const string SchemeName = "Basic";

    private bool _hasToWait;

    private IPAddress? Remote => Context.Connection.RemoteIpAddress;

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Authenticate());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_hasToWait)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = tries.Window.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }
        else
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
            Response.Headers.WWWAuthenticate = $"{SchemeName} realm=\"Superhero Orleans\", charset=\"UTF-8\"";
        }

        return Task.CompletedTask;
    }

    private AuthenticateResult Authenticate()
    {
        if (!login.IsNeeded || !AuthenticationHeaderValue.TryParse(Request.Headers.Authorization, out var given)
            || !string.Equals(given.Scheme, SchemeName, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        // Not even the right one counts then, or it could be found by trying on.
        if (!tries.MayTry(Remote))
        {
            return HasToWait();
        }

        var page = login.Read();

        // Digests, so that the comparison takes as long for any length.
        var credentials = new byte[given.Parameter?.Length ?? 0];
        if (Convert.TryFromBase64String(given.Parameter ?? "", credentials, out var length)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(credentials.AsSpan(0, length)), SHA256.HashData(Encoding.UTF8.GetBytes($"{page.User}:{page.Password}"))))
        {
            return AuthenticateResult.Success(new AuthenticationTicket(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, page.User!)], SchemeName)), SchemeName));
        }

        tries.Failed(Remote);
        if (!tries.MayTry(Remote))
        {
            LogHasToWait(Logger, Remote, PasswordTries.Limit, tries.Window.TotalSeconds);
        }

        return AuthenticateResult.Fail("The user or the password is wrong.");
    }

    private AuthenticateResult HasToWait()
    {
        _hasToWait = true;
        return AuthenticateResult.Fail("Too many wrong passwords came from there.");
    }

    [LoggerMessage(802, LogLevel.Warning, "Received {Count} wrong passwords from {Remote}; its requests are refused for up to {Seconds:0} s")]
    private static partial void LogHasToWait(ILogger logger, IPAddress? remote, int count, double seconds);
}
