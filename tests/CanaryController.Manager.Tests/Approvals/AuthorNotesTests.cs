using CanaryController.Core.Approvals;
using CanaryController.Manager.Approvals;

namespace CanaryController.Manager.Tests.Approvals;

/// <summary>Who made a revision, as annotations tell it. What is read wrong here lets somebody approve their own work.</summary>
public sealed class AuthorNotesTests
{
    [Theory]
    [InlineData("ann", "ann")]
    [InlineData("ann@example.com, U012AB3CD\n bob", "ann@example.com|U012AB3CD|bob")]
    [InlineData("ann ANN Ann", "ann")]
    [InlineData(" ,, ", "")]
    [InlineData("an\u0001n bob", "bob")]
    public void Names_are_divided_by_commas_and_blanks_and_repeats_count_once(string text, string names) =>
        Assert.Equal(names.Split('|', StringSplitOptions.RemoveEmptyEntries), AuthorNotes.Read(text));

    [Theory]
    [InlineData("cn=ann,ou=people")]
    [InlineData("Ann Smith")]
    public void The_user_that_admission_noted_is_one_name_whatever_it_looks_like(string user) =>
        Assert.Equal([user, "bob"], AuthorNotes.ReadWith(user, "bob"));

    [Fact]
    public void Who_writes_many_names_does_not_hide_the_user_that_admission_noted() =>
        Assert.Contains("ann", AuthorNotes.ReadWith("ann", "a b c d e f g h i j k l", "m"));

    [Theory]
    [InlineData("a b c d e f g h i j k")]
    [InlineData("a,b,c,d,e,f,g,h,i,j,k,l,m,n")]
    [InlineData("a a a a a a a a a a a b c d e f g h i j k")]
    public void Of_more_names_than_are_remembered_anybody_may_be_one(string text)
    {
        var names = AuthorNotes.Read(text);
        Assert.Equal([ApproverRules.MaxAuthors + 1, 1], [names.Count, names.Count(name => name == ApproverRules.Anybody)]);
    }

    [Fact]
    public void A_user_whose_name_is_too_long_to_be_remembered_may_be_anybody() => Assert.Equal([ApproverRules.Anybody], AuthorNotes.ReadWith(new('a', 300)));
}
