using CanaryController.Manager.Rollouts;

namespace CanaryController.Manager.Tests.Rollouts;

public sealed class CommandDeskTests
{
    [Fact]
    public void One_who_gives_up_does_not_leave_the_others_waiting()
    {
        var desk = new CommandDesk();
        var first = desk.Expect("c1");
        var second = desk.Expect("c1");
        desk.Leave("c1");
        Assert.False(first.IsCompleted);
        desk.Done("c1");
        Assert.True(second.IsCompleted);
    }

    [Fact]
    public void Nobody_who_left_is_remembered()
    {
        var desk = new CommandDesk();
        var first = desk.Expect("c1");
        desk.Done("c1");
        desk.Leave("c1");
        Assert.NotSame(first, desk.Expect("c1"));
    }
}
