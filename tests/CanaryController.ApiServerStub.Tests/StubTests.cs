namespace CanaryController.ApiServerStub.Tests;

public sealed class StubTests
{
    [Fact]
    public void A_refusal_says_its_code_and_reason()
    {
        var refused = new Storage.ApiException(409, "Conflict", "changed");
        Assert.Equal((409, "Conflict", "changed"), (refused.Code, refused.Reason, refused.Message));
    }
}
