@{
    ModuleVersion     = '1.0.0'
    GUID              = '6f0d8a35-9d0c-4f5b-8a57-6c6a4d1d2b90'
    Author            = 'The NotionAuth contributors'
    Description       =
        'A vault for the scenarios that several machines share: what one of them writes is seen by the others later.'
    PowerShellVersion = '7.4'
    NestedModules     = @('./LateVault.Extension')
    FunctionsToExport = @()
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
