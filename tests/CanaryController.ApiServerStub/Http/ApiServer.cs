using System.Text.Json;
using System.Text.Json.Nodes;
using CanaryController.ApiServerStub.Faults;
using CanaryController.ApiServerStub.Storage;
using CanaryController.ApiServerStub.Users;

namespace CanaryController.ApiServerStub.Http;

/// <summary>Answers one request: who asks, what goes wrong, what is asked, the log.</summary>
internal sealed class ApiServer(ObjectStore store, StubOptions options, FaultScript faults, RequestLog log, CancellationToken stopping)
{
    /// <summary>Answers with the request log, one JSON object a line, oldest first. No API server has it: for those who run the stub as a process. It is not logged itself.</summary>
    public const string RequestLogPath = "/stub/requests";

    private readonly Lists _lists = new(store.Database);
    private readonly Watches _watches = new(store.Database, options);
    private readonly Writes _writes = new(store);
    private readonly Authenticator _authenticator = new(options);
    private readonly Reviews _reviews = new(new(options));

    public async Task HandleAsync(HttpContext context)
    {
        if (faults.IsUnreachable)
        {
            context.Abort();
            return;
        }

        if (context.Request.Path.Value == RequestLogPath)
        {
            var lines = string.Concat(log.All.Select(each => JsonSerializer.Serialize(each, JsonSerializerOptions.Web) + "\n"));
            await Answer.Text(lines).WriteAsync(context.Response, context.RequestAborted);
            return;
        }

        var path = ApiPath.Parse(context.Request.Path.Value ?? "");
        var request = Describe(context, path);
        var struck = faults.Strike(request);
        foreach (var late in struck.Where(fault => fault.Delay > TimeSpan.Zero))
        {
            await Task.Delay(late.Delay, options.Time, context.RequestAborted);
        }

        if (struck.FirstOrDefault(fault => fault is { Moment: FaultMoment.Before, Status: not null }) is { } before)
        {
            await FailAsync(context, request, before);
            return;
        }

        if (request.Verb == "watch" && _authenticator.Of(context.Request) is { } watcher && await WatchAsync(context, path!, request, watcher))
        {
            return;
        }

        var answer = await AnswerAsync(context, path, request);
        if (struck.FirstOrDefault(fault => fault is { Moment: FaultMoment.After, Status: not null }) is { } after)
        {
            await FailAsync(context, request, after);
            return;
        }

        log.Add(request with { Status = answer.Code });
        await answer.WriteAsync(context.Response, context.RequestAborted);
    }

    private async Task FailAsync(HttpContext context, StubRequest request, Fault fault)
    {
        log.Add(request with { Status = fault.Status ?? 0 });
        if (fault.Status is not > 0)
        {
            context.Abort();
            return;
        }

        var message = fault.Status == 403 ? $"{request.Resource} \"{request.Name}\" is forbidden: User cannot {request.Verb} resource" : "the stub was told to fail";
        await Answer.Refused(new(fault.Status.Value, fault.Reason, message)).WriteAsync(context.Response, context.RequestAborted);
    }

    private async Task<Answer> AnswerAsync(HttpContext context, ApiPath? path, StubRequest request)
    {
        var warnings = new List<string>();
        try
        {
            var where = context.Request.Path.Value ?? "";
            if (_authenticator.Of(context.Request) is not { } user)
            {
                var isProbe = where is "/readyz" or "/healthz" or "/livez" or "/version";
                return isProbe ? Discovery.For(where, store.Catalogs.Current)! : Answer.Refused(new(401, "Unauthorized", "Unauthorized"));
            }

            user = _authenticator.Acting(context.Request, user);
            if (context.Request.Method == "POST" && where.EndsWith("reviews", StringComparison.Ordinal)
                && _reviews.For(where, await Bodies.ReadObjectAsync(context.Request, context.RequestAborted), user) is { } review)
            {
                return review;
            }

            if (path is null)
            {
                return Discovery.For(where, store.Catalogs.Current) ?? throw NoSuchPath();
            }

            return Discovery.For(where, store.Catalogs.Current) ?? await RouteAsync(CallOf(context, path, user, warnings), request.Verb);
        }
        catch (ApiException refusal)
        {
            return Answer.Refused(refusal) with { Warnings = warnings };
        }
    }

    private async Task<Answer> RouteAsync(Call call, string verb)
    {
        var sub = call.Path.Subresource;
        var served = sub switch
        {
            "" => true,
            "status" => call.Version.HasStatus,
            "scale" => call.Version.HasScale,
            "finalize" => call.Type.Key == "core/namespaces",
            "eviction" => call.Type.Key == "core/pods" && verb == "create",
            _ => false,
        };
        if (!served)
        {
            throw NoSuchPath();
        }

        return (verb, sub) switch
        {
            ("get", "scale") => Answer.Json(Scales.Of(call.Type, (JsonObject)JsonNode.Parse(_lists.Get(call).Body.Span)!)),
            ("get", _) => _lists.Get(call),
            ("list", _) => _lists.List(call),
            ("create", "eviction") => await _writes.EvictAsync(call),
            ("create", "") when call.Path.Name == "" => await _writes.CreateAsync(call),
            ("update", _) => await _writes.UpdateAsync(call, sub == "" ? null : sub),
            ("patch", _) => await _writes.PatchAsync(call, sub == "" ? null : sub),
            ("delete", "") => await _writes.DeleteAsync(call),
            ("deletecollection", "") => await _writes.DeleteSeveralAsync(call),
            _ => throw Refusal.Of(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
        };
    }

    // False when there is no such resource, which is answered as for any other request.
    private async Task<bool> WatchAsync(HttpContext context, ApiPath path, StubRequest request, StubUser user)
    {
        if (store.Catalogs.Current.Find(path.Group, path.Version, path.Plural) is null)
        {
            return false;
        }

        try
        {
            var call = CallOf(context, path, _authenticator.Acting(context.Request, user), []);
            _ = call.Selectors();
            var (watch, present) = _watches.Begin(call);
            using (watch)
            {
                log.Add(request with { Status = 200 });
                await _watches.ServeAsync(call, watch, present, stopping);
            }
        }
        catch (ApiException refusal)
        {
            var asEvent = refusal.Code == 410 && !options.ExpiredAsStatus;
            log.Add(request with { Status = asEvent ? 200 : refusal.Code });
            var answer = asEvent ? Answer.Json(new JsonObject { ["type"] = "ERROR", ["object"] = Answer.StatusOf(refusal) }) : Answer.Refused(refusal);
            await answer.WriteAsync(context.Response, context.RequestAborted);
        }

        return true;
    }

    private Call CallOf(HttpContext context, ApiPath path, StubUser user, List<string> warnings)
    {
        var type = store.Catalogs.Current.Find(path.Group, path.Version, path.Plural) ?? throw NoSuchPath();
        var isNamed = path.Namespace != "";
        if (!type.Namespaced && isNamed)
        {
            throw NoSuchPath();
        }

        return type.Namespaced && !isNamed && path.Name != "" ? throw NoSuchPath() : new(context, path, type, type.Version(path.Version)!, user, warnings);
    }

    private StubRequest Describe(HttpContext context, ApiPath? path)
    {
        var method = context.Request.Method;
        var isWatch = context.Request.Query["watch"].ToString() is "true" or "1";
        var known = path is not null && Discovery.For(context.Request.Path.Value ?? "", store.Catalogs.Current) is null;
        var verb = !known ? method.ToLowerInvariant() : method switch
        {
            "GET" => isWatch ? "watch" : path!.Name == "" ? "list" : "get",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => path!.Name == "" ? "deletecollection" : "delete",
            _ => method.ToLowerInvariant(),
        };
        return new(
            verb,
            known ? $"{(path!.Group == "" ? "core" : path.Group)}/{path.Plural}" : context.Request.Path.Value ?? "",
            known ? path!.Subresource : "",
            path?.Namespace ?? "",
            path?.Name ?? "",
            context.Request.Headers.UserAgent.ToString(),
            context.Request.Query["dryRun"].ToString() == "All");
    }

    private static ApiException NoSuchPath() => Refusal.Of(404, "NotFound", "the server could not find the requested resource", []);
}
