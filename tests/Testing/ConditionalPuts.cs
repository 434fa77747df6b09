using System.Collections.Concurrent;
using System.Net;

namespace Superhero.Testing;

/// <summary>Stands before a server of S3 that ignores <c>If-None-Match: *</c>, and honours it: of several requests that create the same
/// object, the first one succeeds and the others get 412.</summary>
public sealed class ConditionalPuts : IAsyncDisposable
{
    // What a client of HTTP sets for itself.
    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase) { "Host", "Content-Length", "Connection", "Expect", "Transfer-Encoding", "Keep-Alive" };

    private readonly HttpListener _listener = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _keys = new(StringComparer.Ordinal);
    private readonly Uri _server;
    private readonly Task _serving;
    private int _conflicts;

    private ConditionalPuts(Uri server)
    {
        (_server, Address) = (server, $"http://127.0.0.1:{Ports.Free()}");
        _listener.Prefixes.Add(Address + "/");
        _listener.Start();
        _serving = Task.Run(ServeAsync);
    }

    /// <summary>Its own address.</summary>
    public string Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="server">The address of the server behind it.</param>
    public static ConditionalPuts Start(Uri server) => new(server);

    /// <summary>Answers the next conditional requests with 409, as S3 does while another request for the same object is in flight.</summary>
    public void Conflict(int times) => Interlocked.Exchange(ref _conflicts, times);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        ((IDisposable)_listener).Dispose();
        _client.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            if (context.Request.HttpMethod != "PUT" || context.Request.Headers["If-None-Match"] != "*")
            {
                await ForwardAsync(context);
                return;
            }

            if (Interlocked.Decrement(ref _conflicts) >= 0)
            {
                await RefuseAsync(context, HttpStatusCode.Conflict, "ConditionalRequestConflict");
                return;
            }

            var key = _keys.GetOrAdd(context.Request.Url!.AbsolutePath, _ => new SemaphoreSlim(1));
            await key.WaitAsync();
            try
            {
                await (await ExistsAsync(context.Request) ? RefuseAsync(context, HttpStatusCode.PreconditionFailed, "PreconditionFailed") : ForwardAsync(context));
            }
            finally
            {
                key.Release();
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or HttpListenerException or IOException or ObjectDisposedException)
        {
            context.Response.Abort();
        }
    }

    // The server takes a request that nobody has signed for one of the bucket's owner.
    private async Task<bool> ExistsAsync(HttpListenerRequest request)
    {
        using var look = new HttpRequestMessage(HttpMethod.Head, new Uri(_server, request.Url!.AbsolutePath));
        using var answer = await _client.SendAsync(look);
        return answer.IsSuccessStatusCode;
    }

    private async Task ForwardAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.HttpMethod), new Uri(_server, context.Request.RawUrl!));
        request.Content = new ByteArrayContent(body.ToArray());
        request.Headers.Host = context.Request.UserHostName;
        foreach (var name in context.Request.Headers.AllKeys.OfType<string>().Where(name => !OwnHeaders.Contains(name)))
        {
            var values = context.Request.Headers.GetValues(name)!;
            if (!request.Headers.TryAddWithoutValidation(name, values))
            {
                request.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        using var answer = await _client.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !OwnHeaders.Contains(header.Key)))
        {
            context.Response.Headers[name] = string.Join(", ", values);
        }

        var content = await answer.Content.ReadAsByteArrayAsync();
        if (context.Request.HttpMethod == "HEAD")
        {
            context.Response.ContentLength64 = answer.Content.Headers.ContentLength ?? 0;
        }
        else
        {
            context.Response.ContentLength64 = content.Length;
            await context.Response.OutputStream.WriteAsync(content);
        }

        context.Response.Close();
    }

    private static async Task RefuseAsync(HttpListenerContext context, HttpStatusCode status, string code)
    {
        await context.Request.InputStream.CopyToAsync(Stream.Null);
        context.Response.StatusCode = (int)status;
        context.Response.ContentType = "application/xml";
        await using (var text = new StreamWriter(context.Response.OutputStream))
        {
            await text.WriteAsync($"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>Refused</Message></Error>");
        }

        context.Response.Close();
    }
}
